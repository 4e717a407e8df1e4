/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll and select: wait until any of several files is ready. A process that waits has a watch on
 * the list of each of these files. Whatever may make a file ready calls poll_wakeup() with the
 * file's list, and each process that wakes up asks all of its files again.
 */
#include "abi/errno.h"
#include "base/string.h"
#include "fs/file.h"
#include "fs/poll.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "sys/sys_signal.h"
#include "sys/sys_time.h"
#include "sys/syscall.h"
#include "vm/usercopy.h"

/* The files that one call polls, as a list of arrays of 64. The first array lies on the kernel
 * stack; the others, which only a call for more files needs, are allocated. */
#define POLL_BATCH 64u
struct poll_batch {
	struct poll_batch *next;
	uint32_t n; /* descriptors in p */
	struct abi_pollfd p[POLL_BATCH];
	struct poll_watch w[POLL_BATCH];
	uint32_t watches; /* so many of w are on lists of files */
};

/* Free all batches after the first, which is on the caller's stack. */
static void
free_batches(struct poll_batch *first)
{
	struct poll_batch *batch, *next;

	for (batch = first->next; batch != NULL; batch = next) {
		next = batch->next;
		kmem_free(batch);
	}
}

/* Allocate the batches after `first` that n descriptors need. Returns 0, or ENOMEM with none of
 * them left. */
static int
make_batches(struct poll_batch *first, uint32_t n)
{
	struct poll_batch *batch = first;

	first->next = NULL;
	for (;;) {
		batch->n = n < POLL_BATCH ? n : POLL_BATCH;
		n -= batch->n;
		if (n == 0)
			return 0;
		batch->next = kmem_alloc(sizeof(*batch));
		if (batch->next == NULL) {
			free_batches(first);
			return ENOMEM;
		}
		batch = batch->next;
	}
}

/* Returns the open file that p asks for, or NULL. */
static struct file *
file_of(const struct abi_pollfd *p)
{
	return p->fd < 0 ? NULL : fd_get(p->fd);
}

/* Put watches on the lists of the batch's files, to be woken on chan. The files stay open during
 * the sleep, since no other process can close the descriptors. */
static void
watch(struct poll_batch *batch, const void *chan)
{
	struct poll_watch *w = batch->w;
	uint32_t i;

	for (i = 0; i < batch->n; i++) {
		struct file *f = file_of(&batch->p[i]);

		if (f == NULL || f->ops->watched == NULL)
			continue;
		w->chan = chan;
		LIST_INSERT(f->ops->watched(f), w, links);
		w++;
	}
	batch->watches = w - batch->w;
}

/* Take off their lists the watches that watch() has put there. */
static void
unwatch(struct poll_batch *batch)
{
	uint32_t i;

	for (i = 0; i < batch->watches; i++)
		LIST_REMOVE(&batch->w[i], links);
}

/* Set revents of each descriptor to those of its events, and of `always`, that its file is ready
 * for. Returns how many descriptors have any. */
static uint32_t
poll_scan(struct poll_batch *batch, int always)
{
	uint32_t found = 0, i;

	for (; batch != NULL; batch = batch->next) {
		for (i = 0; i < batch->n; i++) {
			struct abi_pollfd *p = &batch->p[i];
			struct file *f = file_of(p);
			int there = POLL_READ | POLL_WRITE;

			if (f != NULL && f->ops->ready != NULL)
				there = f->ops->ready(f);
			p->revents = p->fd < 0   ? 0
			             : f == NULL ? POLLNVAL
			                         : there & (p->events | always);
			found += p->revents != 0;
		}
	}
	return found;
}

/* Sleep until a file is ready, a signal comes or the tick `end`. Returns what clock_sleep() does,
 * with the number of ready files in *found. */
static int
sleep_any(struct poll_batch *first, int always, int64_t end, uint32_t *found)
{
	struct poll_batch *batch;
	int err;

	may_sleep();
	for (batch = first; batch != NULL; batch = batch->next)
		watch(batch, first);
	do {
		err = clock_sleep(first, "poll", end);
		*found = poll_scan(first, always);
	} while (*found == 0 && err == 0);
	for (batch = first; batch != NULL; batch = batch->next)
		unwatch(batch);
	return err;
}

/*
 * Wait until a file is ready or until the tick `end`. mask: the user address of the signal mask
 * during the wait (0: no change) and its size. Returns 0 with the number of ready files in
 * *found; EINVAL, EFAULT, or ERESTARTNOHAND after a signal. In that last case the mask stays until
 * the signal's handler has been chosen, and signal_deliver() restores the old one.
 */
static int
wait_any(struct poll_batch *first, int always, int64_t end, const uint32_t mask[2], uint32_t *found)
{
	struct sigstate *ss = curproc()->sig;
	int err = mask[0] != 0 ? signal_wait_mask(mask[0], mask[1]) : 0;

	may_sleep();
	if (err != 0)
		return err;
	*found = poll_scan(first, always);
	if (*found == 0)
		err = sleep_any(first, always, end, found);
	if (*found == 0 && err != ETIMEDOUT)
		return ERESTARTNOHAND;
	if (ss->use_saved)
		ss->mask = ss->saved_mask;
	ss->use_saved = false;
	return 0;
}

/* Write the rest of the time until `end` to user address `to`; 0: nowhere. As on Linux, an error
 * is ignored, since the result of the poll counts more. */
static void
time_left_out(vaddr_t to, enum time_form form, int64_t end)
{
	struct abi_timespec64 left;

	clock_left(end, &left);
	if (to != 0)
		timespec_out(to, form, &left);
}

/* Copy the descriptors in from the user's array at `list`, or out to it. Returns 0 or EFAULT. */
static int
copy_list(struct poll_batch *batch, vaddr_t list, bool out)
{
	int err = 0;

	for (; err == 0 && batch != NULL; batch = batch->next) {
		size_t size = batch->n * sizeof(batch->p[0]);

		err = out ? copyout(list, batch->p, size) : copyin(batch->p, list, size);
		list += size;
	}
	return err;
}

/* poll() and ppoll(): fds is the user address of an array of nfds struct pollfd. */
static int
poll_files(vaddr_t fds, uint32_t nfds, int64_t end, const uint32_t mask[2], uint32_t *result)
{
	struct poll_batch first;
	int err;

	if (nfds > curproc()->rlimit[RLIMIT_NOFILE].rlim_cur)
		return EINVAL;
	err = make_batches(&first, nfds);
	if (err != 0)
		return err;
	err = copy_list(&first, fds, false);
	if (err == 0)
		err = wait_any(&first, POLLERR | POLLHUP, end, mask, result);
	if (err == 0)
		err = copy_list(&first, fds, true);
	free_batches(&first);
	return err;
}

static const uint32_t no_mask[2];

/* Wait until a descriptor is ready, for at most `timeout` milliseconds (negative: without limit):
 * poll_files(). */
int
sys_poll(const union call_args *arg, uint32_t *result)
{
	int ms = arg->poll.timeout;
	struct abi_timespec64 t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	return poll_files(arg->poll.fds, arg->poll.nfds, ms < 0 ? CLOCK_NEVER : clock_after(&t),
	                  no_mask, result);
}

/* Wait like sys_poll(), for a time in the given form and with a signal mask, and write back what is
 * left of the time. */
static int
ppoll(const union call_args *arg, enum time_form form, uint32_t *result)
{
	vaddr_t tmo_p = arg->ppoll.tmo_p;
	const uint32_t mask[2] = {arg->ppoll.sigmask, arg->ppoll.sigsetsize};
	int64_t end;
	int err = timespec_wait(tmo_p, form, &end);

	if (err != 0)
		return err;
	err = poll_files(arg->ppoll.fds, arg->ppoll.nfds, end, mask, result);
	time_left_out(tmo_p, form, end);
	return err;
}
TIME_CALLS(ppoll, ppoll_time64, ppoll)

/* ---- select: poll with three sets of descriptors, as bits ---- */

#define WORDS (OPEN_MAX / 32)

/* The events of a descriptor in the first, second and third set, as Linux maps them. */
static const int16_t set_events[3] = {POLL_READ | POLLRDBAND | POLLHUP | POLLERR,
                                      POLL_WRITE | POLLWRBAND | POLLERR, POLLPRI};

struct sets {
	uint32_t in[3][WORDS];
};

/* Copy the sets in from the three addresses in user. Returns 0 with the number of descriptors in
 * any set in *n, EFAULT, or EBADF if one of them is not open. */
static int
sets_in(const uint32_t *user, uint32_t nfds, struct sets *sets, uint32_t *n)
{
	uint32_t size = (nfds + 31) / 32 * sizeof(sets->in[0][0]), fd, i;

	for (i = 0; i < 3; i++) {
		memset(sets->in[i], 0, size);
		if (user[i] != 0 && copyin(sets->in[i], user[i], size) != 0)
			return EFAULT;
	}
	for (fd = 0, *n = 0; fd < nfds; fd++) {
		uint32_t w = fd / 32, any = sets->in[0][w] | sets->in[1][w] | sets->in[2][w];

		if (!(any >> fd % 32 & 1))
			continue;
		if (fd_get(fd) == NULL)
			return EBADF;
		++*n;
	}
	return 0;
}

/* Fill the batches with the descriptors in the sets and the events that these ask for. */
static void
sets_to_list(const struct sets *sets, uint32_t nfds, struct poll_batch *batch)
{
	uint32_t fd, i, n = 0;

	for (fd = 0; fd < nfds; fd++) {
		int events = 0;

		for (i = 0; i < 3; i++)
			if (sets->in[i][fd / 32] >> fd % 32 & 1)
				events |= set_events[i];
		if (events == 0)
			continue;
		if (n == batch->n) {
			batch = batch->next;
			n = 0;
		}
		batch->p[n++] = (struct abi_pollfd){.fd = fd, .events = events};
	}
}

/* Copy out the sets with only those descriptors that are ready. Returns 0 with the number of their
 * bits in *result, or EFAULT. */
static int
sets_out(const uint32_t *user, uint32_t nfds, struct sets *sets, const struct poll_batch *batch,
         uint32_t *result)
{
	uint32_t size = (nfds + 31) / 32 * sizeof(sets->in[0][0]), i, k;

	memset(sets, 0, sizeof(*sets));
	for (*result = 0; batch != NULL; batch = batch->next) {
		for (k = 0; k < batch->n; k++) {
			const struct abi_pollfd *p = &batch->p[k];

			for (i = 0; i < 3; i++) {
				bool asked = (p->events & set_events[i]) == set_events[i];

				if (user[i] == 0 || !asked || !(p->revents & set_events[i]))
					continue;
				sets->in[i][p->fd / 32] |= 1u << p->fd % 32;
				++*result;
			}
		}
	}
	for (i = 0; i < 3; i++)
		if (user[i] != 0 && copyout(user[i], sets->in[i], size) != 0)
			return EFAULT;
	return 0;
}

/* select() of the nfds first descriptors of three sets. Sleeps. */
static int
select_sets(const uint32_t *user, uint32_t nfds, int64_t end, const uint32_t mask[2],
            uint32_t *result)
{
	struct poll_batch first;
	struct sets sets;
	uint32_t n;
	int err = sets_in(user, nfds, &sets, &n);

	if (err == 0)
		err = make_batches(&first, n);
	if (err != 0)
		return err;
	sets_to_list(&sets, nfds, &first);
	err = wait_any(&first, 0, end, mask, result);
	if (err == 0)
		err = sets_out(user, nfds, &sets, &first, result);
	free_batches(&first);
	return err;
}

/* select(), and pselect6(), whose first five arguments are those of select(). As on Linux, bits
 * beyond the descriptor table are not looked at. */
static int
select_files(const union call_args *arg, enum time_form form, const uint32_t mask[2],
             uint32_t *result)
{
	vaddr_t timeout = arg->select.timeout;
	const uint32_t user[3] = {arg->select.readfds, arg->select.writefds, arg->select.exceptfds};
	uint32_t nfds = arg->select.nfds < fd_table_size() ? arg->select.nfds : fd_table_size();
	int64_t end;
	int err = timespec_wait(timeout, form, &end);

	if (err == 0 && (int)arg->select.nfds < 0)
		err = EINVAL;
	if (err != 0)
		return err;
	err = select_sets(user, nfds, end, mask, result);
	if (err == 0 || err == ERESTARTNOHAND)
		time_left_out(timeout, form, end);
	return err;
}

/* Wait until a descriptor of three bitmaps is ready, for a time that is a timeval:
 * select_files(). */
int
sys_select(const union call_args *arg, uint32_t *result)
{
	return select_files(arg, TIMEVAL32, no_mask, result);
}

/* Wait like sys_select(), whose five arguments are where the only argument of this oldest form
 * points. */
int
sys_old_select(const union call_args *arg, uint32_t *result)
{
	union call_args all;

	if (copyin(&all, arg->old_select.args, sizeof(all.select)) != 0)
		return EFAULT;
	return sys_select(&all, result);
}

/* Wait like sys_select(), with a signal mask, whose address and size are where the sixth argument
 * points. */
static int
pselect6(const union call_args *arg, enum time_form form, uint32_t *result)
{
	vaddr_t sigmask = arg->pselect6.sigmask;
	uint32_t mask[2] = {0, 0};

	if (sigmask != 0 && copyin(mask, sigmask, sizeof(mask)) != 0)
		return EFAULT;
	return select_files(arg, form, mask, result);
}
TIME_CALLS(pselect6, pselect6_time64, pselect6)
