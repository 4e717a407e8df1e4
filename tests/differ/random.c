/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program of calls from a seed. It knows enough of what it did to keep away
 * from the permitted differences: it maps only where nothing is (or, by
 * MAP_FIXED and SHM_REMAP, where it may), forgets a segment when it is removed,
 * and cuts an attach only at its ends.
 */
#include "differ.h"

#define PLACES 6      /* ranges of addresses to map something in */
#define PLACE_PAGES 8 /* pages of a place at most */
#define SEGMENTS 4
#define STEPS 60

static unsigned state;
static int segment[SEGMENTS];
static unsigned size[SEGMENTS];
static struct place {
	enum { NOTHING, ATTACH, MEMORY } what;
	unsigned pages; /* that are mapped, from first */
	unsigned first;
	int writable;
} place[PLACES];

static unsigned
any(unsigned n)
{
	state = state * 1103515245 + 12345;
	return (state >> 16) % n;
}

static char *
address(int nth)
{
	return HOLE + nth * 2 * PLACE_PAGES * PAGE;
}

/* Prints the bytes of a place as one number, or whether it can be touched if nothing is there. */
static void
show_place(int nth)
{
	struct place *p = &place[nth];
	unsigned sum = 0;

	if (p->what == NOTHING) {
		TEXT("nothing", "%d", touch(address(nth), 0));
		return;
	}
	for (unsigned i = p->first * PAGE; i < (p->first + p->pages) * PAGE; i += 61)
		sum = sum * 31 + (unsigned char)address(nth)[i];
	TEXT("bytes", "%d: %x", nth, sum);
}

static void
store(int nth)
{
	struct place *p = &place[nth];
	unsigned at;

	if (p->what == NOTHING || !p->writable)
		return;
	at = p->first * PAGE + any(p->pages * PAGE - 64);
	memset(address(nth) + at, any(256), 1 + any(63));
	TEXT("store", "%d", nth);
}

static void
new_segment(void)
{
	int i = any(SEGMENTS);

	if (segment[i] != -1)
		return;
	size[i] = 1 + any(PLACE_PAGES * PAGE);
	direct = any(2);
	ID(segment[i] = get(any(2) ? IPC_PRIVATE : 0x5000 + i, size[i], IPC_CREAT | 0600));
}

static void
remove_segment(void)
{
	int i = any(SEGMENTS);

	if (segment[i] == -1)
		return;
	direct = any(2);
	NUM(control(segment[i], IPC_RMID, NULL));
	segment[i] = -1;
}

static void
stat_segment(void)
{
	struct segment ds;
	int i = any(SEGMENTS);

	if (segment[i] == -1)
		return;
	direct = any(2);
	if (control(segment[i], IPC_STAT, &ds) < 0)
		NUM(-1);
	else
		TEXT("IPC_STAT", "size %u nattch %u mode %o key %x", ds.size, ds.nattch,
		     ds.perm.mode, ds.perm.key);
}

static void
attach_segment(void)
{
	int i = any(SEGMENTS), nth = any(PLACES), flags = any(3) ? 0 : SHM_RDONLY;
	unsigned off = any(3) ? 0 : any(PAGE);

	if (segment[i] == -1)
		return;
	if (place[nth].what != NOTHING)
		flags |= SHM_REMAP;
	/* All that was there goes, or its rest would be a fragment. */
	if (place[nth].what != NOTHING && munmap(address(nth), PLACE_PAGES * PAGE) < 0)
		NUM(-1);
	direct = any(2);
	AT(address(nth), attach(segment[i], address(nth) + off, flags | SHM_RND));
	place[nth] = (struct place){ATTACH, (size[i] + PAGE - 1) / PAGE, 0, !(flags & SHM_RDONLY)};
}

static void
detach_place(void)
{
	int nth = any(PLACES), r;

	direct = any(2);
	/* An attach whose start was cut away is still found by its address. */
	r = NUM(detach(address(nth)));
	if (r == 0)
		place[nth].what = NOTHING;
}

static void
map_memory(void)
{
	int nth = any(PLACES), shared = any(2);
	unsigned pages = 1 + any(PLACE_PAGES);

	munmap(address(nth), PLACE_PAGES * PAGE);
	AT(address(nth),
	   mmap(address(nth), pages * PAGE, PROT_READ | PROT_WRITE,
	        (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
	place[nth] = (struct place){MEMORY, pages, 0, 1};
}

static void
map_file(void)
{
	int nth = any(PLACES), fd = open("/tmp/random", O_RDWR), shared = any(2);
	unsigned pages = 1 + any(PLACE_PAGES);

	munmap(address(nth), PLACE_PAGES * PAGE);
	AT(address(nth), mmap(address(nth), pages * PAGE, PROT_READ | PROT_WRITE,
	                      (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED, fd, 0));
	place[nth] = (struct place){MEMORY, pages, 0, 1};
	close(fd);
}

static void
cut(void)
{
	int nth = any(PLACES);
	struct place *p = &place[nth];
	unsigned n;

	if (p->what == NOTHING)
		return;
	n = 1 + any(p->pages);
	if (any(2)) {
		NUM(munmap(address(nth) + p->first * PAGE, n * PAGE));
		p->first += n;
	} else {
		NUM(munmap(address(nth) + (p->first + p->pages - n) * PAGE, n * PAGE));
	}
	p->pages -= n;
	if (p->pages == 0)
		p->what = NOTHING;
}

static void
protect(void)
{
	int nth = any(PLACES), r;
	struct place *p = &place[nth];

	if (p->what == NOTHING)
		return;
	r = NUM(mprotect(address(nth) + p->first * PAGE, p->pages * PAGE,
	                 PROT_READ | (any(2) ? PROT_WRITE : 0)));
	if (r == 0)
		p->writable = touch(address(nth) + p->first * PAGE, 1) == 0;
	TEXT("writable", "%d", p->writable);
}

static void
file_step(void)
{
	static const char *name[] = {"/tmp/r1", "/tmp/r2", "/tmp/r3", "/tmp/rd", "/tmp/rd/r4"};
	const char *a = name[any(5)], *b = name[any(5)];
	static char buf[9000];
	struct stat st;
	int fd;

	switch (any(8)) {
	case 0:
		NUM(mkdir(a, 0755));
		break;
	case 1:
		NUM(rmdir(a));
		break;
	case 2:
		NUM(unlink(a));
		break;
	case 3:
		NUM(rename(a, b));
		break;
	case 4:
		NUM(link(a, b));
		break;
	case 5:
		if (NUM(stat(a, &st)) == 0 && S_ISREG(st.st_mode))
			TEXT("file", "size %d links %d", (int)st.st_size, (int)st.st_nlink);
		break;
	case 6:
		fd = NUM(open(a,
		              O_RDWR | O_CREAT | (any(2) ? O_APPEND : 0) | (any(3) ? 0 : O_TRUNC),
		              0644));
		if (fd >= 0) {
			memset(buf, any(256), sizeof(buf));
			NUM(lseek(fd, any(20000), SEEK_SET));
			NUM(write(fd, buf, any(sizeof(buf))));
			NUM(ftruncate(fd, any(20000)));
			close(fd);
		}
		break;
	case 7:
		fd = NUM(open(a, O_RDONLY));
		if (fd >= 0) {
			unsigned sum = 0;
			int n = NUM(pread(fd, buf, sizeof(buf), any(20000)));

			for (int i = 0; i < n; i++)
				sum = sum * 31 + (unsigned char)buf[i];
			TEXT("read", "%x", sum);
			close(fd);
		}
		break;
	}
}

static void steps(int n, int depth);

static void
fork_step(int depth)
{
	int n = 1 + any(8), status;
	pid_t pid;

	if (depth > 1)
		return;
	pid = fork();
	if (pid == 0) {
		/* What a child makes or removes the parent would not know of. */
		steps(n, depth + 1);
		_exit(any(200));
	}
	any(7);
	NUM(waitpid(pid, &status, 0) == pid);
	TEXT("status", "%x", status);
}

static void
steps(int n, int depth)
{
	while (n-- > 0) {
		switch (any(14)) {
		case 0:
		case 1:
			if (depth == 0)
				new_segment();
			break;
		case 2:
			if (depth == 0)
				remove_segment();
			break;
		case 3:
			stat_segment();
			break;
		case 4:
		case 5:
			attach_segment();
			break;
		case 6:
			detach_place();
			break;
		case 7:
			map_memory();
			break;
		case 8:
			map_file();
			break;
		case 9:
			cut();
			break;
		case 10:
			protect();
			break;
		case 11:
			fork_step(depth);
			break;
		case 12:
			file_step();
			break;
		case 13:
			store(any(PLACES));
			break;
		}
		show_place(any(PLACES));
	}
}

/* Makes the calls of the program that the seed stands for, and removes all that they left. */
void
random_calls(unsigned seed)
{
	static const char *const left[] = {"/tmp/rd/r4", "/tmp/r1", "/tmp/r2", "/tmp/r3",
	                                   "/tmp/rd"};
	int fd = open("/tmp/random", O_CREAT | O_RDWR | O_TRUNC, 0600);
	char text[32];

	snprintf(text, sizeof(text), "seed %u", seed);
	section(text);
	state = seed;
	if (ftruncate(fd, PLACE_PAGES * PAGE) < 0)
		NUM(-1);
	close(fd);
	memset(segment, -1, sizeof(segment));
	memset(place, 0, sizeof(place));
	steps(STEPS, 0);
	munmap(HOLE, PLACES * 2 * PLACE_PAGES * PAGE);
	for (int i = 0; i < SEGMENTS; i++) {
		if (segment[i] != -1)
			NUM(shmctl(segment[i], IPC_RMID, NULL));
	}
	for (int i = 0; i < 10; i++) {
		if (unlink(left[i % 5]) < 0)
			rmdir(left[i % 5]);
	}
}
