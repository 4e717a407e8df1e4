/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll and select: waiting for any of several files. Who waits is on a list of
 * each of them; what may have made one ready calls poll_wakeup(), and those on
 * its list look at theirs again.
 */
#include "abi/errno.h"
#include "file.h"
#include "proc.h"
#include "syscall.h"
#include "vm.h"

void
poll_wakeup(struct poll_watch *first)
{
	for (; first != NULL; first = first->next)
		wakeup(first->chan);
}

static struct file *
file_of(const struct abi_pollfd *p)
{
	return p->fd < 0 ? NULL : fd_get(p->fd);
}

/* Onto the lists of the files in p; they stay open while we sleep, for no other
 * process has our descriptors. => how many watches that takes. */
static uint32_t
watch(const struct abi_pollfd *p, uint32_t n, struct poll_watch *w)
{
	const void *chan = p;
	uint32_t count = 0;

	for (; n > 0; n--, p++) {
		struct file *f = file_of(p);
		struct poll_watch **list;

		if (f == NULL || f->ops->watched == NULL)
			continue;
		list = f->ops->watched(f);
		w->chan = chan;
		w->next = *list;
		w->link = list;
		if (w->next != NULL)
			w->next->link = &w->next;
		*list = w++;
		count++;
	}
	return count;
}

static void
unwatch(struct poll_watch *w, uint32_t count)
{
	for (; count > 0; count--, w++) {
		*w->link = w->next;
		if (w->next != NULL)
			w->next->link = w->link;
	}
}

/* Tell in each revents what there is of its events, and of `always`; => in how
 * many there is something. */
static uint32_t
look(struct abi_pollfd *p, uint32_t n, int always)
{
	uint32_t found = 0;

	for (; n > 0; n--, p++) {
		struct file *f = file_of(p);
		int there = POLL_READ | POLL_WRITE;

		if (f != NULL && f->ops->ready != NULL)
			there = f->ops->ready(f);
		p->revents = p->fd < 0 ? 0 : f == NULL ? POLLNVAL : there & (p->events | always);
		found += p->revents != 0;
	}
	return found;
}

/* Nothing is there: sleep until something is. => as clock_sleep(), whatever is
 * found. */
static int
sleep_any(struct abi_pollfd *p, uint32_t n, int always, int64_t end, uint32_t *found)
{
	struct poll_watch w[OPEN_MAX];
	uint32_t count = watch(p, n, w);
	int err;

	do {
		err = clock_sleep(p, "poll", end);
		*found = look(p, n, always);
	} while (*found == 0 && err == 0);
	unwatch(w, count);
	return err;
}

/*
 * Wait until there is something. mask: where the mask of signals meanwhile is
 * (0: as it is) and its size. After a signal it stays until its handler has been
 * chosen: the way back to user mode sees to it.
 */
static int
wait_any(struct abi_pollfd *p, uint32_t n, int always, int64_t end, const uint32_t mask[2],
         uint32_t *found)
{
	struct sigstate *ss = curproc()->sig;
	int err = mask[0] != 0 ? signal_wait_mask(mask[0], mask[1]) : 0;

	if (err != 0)
		return err;
	*found = look(p, n, always);
	if (*found == 0)
		err = sleep_any(p, n, always, end, found);
	if (*found == 0 && err != ETIMEDOUT)
		return ERESTARTNOHAND;
	if (ss->use_saved)
		ss->mask = ss->saved_mask;
	ss->use_saved = false;
	return 0;
}

/* Tell what is left of the wait, where the call does. That memory may not be
 * writable: no reason to forget what was found. */
static void
tell_left(vaddr_t to, enum time_form form, int64_t end)
{
	struct abi_timespec64 left;

	clock_left(end, &left);
	if (to != 0)
		timespec_out(to, form, &left);
}

static int
poll_files(const uint32_t *arg, int64_t end, const uint32_t mask[2], uint32_t *result)
{
	struct abi_pollfd p[OPEN_MAX];
	uint32_t n = arg[1];
	int err;

	if (n > OPEN_MAX)
		return EINVAL;
	if (copyin(p, arg[0], n * sizeof(*p)) != 0)
		return EFAULT;
	err = wait_any(p, n, POLLERR | POLLHUP, end, mask, result);
	return err != 0 ? err : copyout(arg[0], p, n * sizeof(*p));
}

static const uint32_t no_mask[2];

int
sys_poll(const uint32_t *arg, uint32_t *result)
{
	int ms = arg[2];
	struct abi_timespec64 t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	return poll_files(arg, ms < 0 ? CLOCK_NEVER : clock_after(&t), no_mask, result);
}

static int
ppoll(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	int64_t end;
	int err = timespec_wait(arg[2], form, &end);

	if (err != 0)
		return err;
	err = poll_files(arg, end, arg + 3, result);
	tell_left(arg[2], form, end);
	return err;
}
TIME_CALLS(ppoll, ppoll_time64, ppoll)

/* ---- select: the same, asked in three sets of bits ---- */

#define WORDS (OPEN_MAX / 32)

static const int16_t set_events[3] = {POLL_READ | POLLRDBAND | POLLHUP | POLLERR,
                                      POLL_WRITE | POLLWRBAND | POLLERR, POLLPRI};

/* => how many files are asked for, in p; EBADF, EFAULT. */
static int
sets_in(const uint32_t *sets, uint32_t nfds, struct abi_pollfd *p, uint32_t *n)
{
	uint32_t in[3][WORDS] = {{0}}, fd, i, size = (nfds + 31) / 32 * sizeof(in[0][0]);

	for (i = 0; i < 3; i++)
		if (sets[i] != 0 && copyin(in[i], sets[i], size) != 0)
			return EFAULT;
	for (fd = 0, *n = 0; fd < nfds; fd++) {
		p[*n].events = 0;
		for (i = 0; i < 3; i++)
			if (in[i][fd / 32] >> fd % 32 & 1)
				p[*n].events |= set_events[i];
		if (p[*n].events == 0)
			continue;
		if (fd_get(fd) == NULL)
			return EBADF;
		p[(*n)++].fd = fd;
	}
	return 0;
}

/* What was asked for and is there. => *result: how many bits. */
static int
sets_out(const uint32_t *sets, uint32_t nfds, const struct abi_pollfd *p, uint32_t n,
         uint32_t *result)
{
	uint32_t out[3][WORDS] = {{0}}, i, size = (nfds + 31) / 32 * sizeof(out[0][0]);

	for (*result = 0; n > 0; n--, p++) {
		for (i = 0; i < 3; i++) {
			bool asked = (p->events & set_events[i]) == set_events[i];

			if (sets[i] == 0 || !asked || !(p->revents & set_events[i]))
				continue;
			out[i][p->fd / 32] |= 1u << p->fd % 32;
			++*result;
		}
	}
	for (i = 0; i < 3; i++)
		if (sets[i] != 0 && copyout(sets[i], out[i], size) != 0)
			return EFAULT;
	return 0;
}

/* Arguments: how many descriptors, three sets, how long. */
static int
select_files(const uint32_t *arg, enum time_form form, const uint32_t mask[2], uint32_t *result)
{
	struct abi_pollfd p[OPEN_MAX];
	uint32_t n, nfds = arg[0] < OPEN_MAX ? arg[0] : OPEN_MAX;
	int64_t end;
	int err = timespec_wait(arg[4], form, &end);

	if (err == 0 && (int)arg[0] < 0)
		err = EINVAL;
	if (err == 0)
		err = sets_in(arg + 1, nfds, p, &n);
	if (err != 0)
		return err;
	err = wait_any(p, n, 0, end, mask, result);
	tell_left(arg[4], form, end);
	return err != 0 ? err : sets_out(arg + 1, nfds, p, n, result);
}

int
sys_select(const uint32_t *arg, uint32_t *result)
{
	return select_files(arg, TIMEVAL32, no_mask, result);
}

/* The sixth argument points to the mask's address and size. */
static int
pselect6(const uint32_t *arg, enum time_form form, uint32_t *result)
{
	uint32_t mask[2] = {0, 0};

	if (arg[5] != 0 && copyin(mask, arg[5], sizeof(mask)) != 0)
		return EFAULT;
	return select_files(arg, form, mask, result);
}
TIME_CALLS(pselect6, pselect6_time64, pselect6)
