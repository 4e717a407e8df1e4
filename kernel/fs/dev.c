/* SPDX-License-Identifier: BSD-2-Clause */
/* /dev: the devices without hardware (null, zero, random), and links to /proc/self/fd. */
#include "fs/dev.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "base/printf.h"
#include "base/sleep.h"
#include "base/string.h"
#include "fs/ramfs.h"

#define MESSAGE 256u      /* bytes of a message for the log, with a NUL */
#define ZERO_CHUNK 65536u /* bytes to make between two calls of sched_point() */

static struct node *dev;

/* Read from /dev/null: nothing, the end of the file. */
static int
null_read(struct file *f, struct uio *u)
{
	return 0;
}

/* Takes all bytes and drops them: for zero and random, too. */
static int
null_write(struct file *f, struct uio *u)
{
	u->left = 0;
	return 0;
}

/* Fills the buffer with zeros, for as many bytes as were asked for. */
static int
zero_read(struct file *f, struct uio *u)
{
	int err = 0;

	may_sleep();
	while (err == 0 && u->left > 0) {
		err = uio_move(u, NULL, u->left < ZERO_CHUNK ? u->left : ZERO_CHUNK);
		sched_point();
	}
	return err;
}

/* The generator, a linear congruential one stirred with the cycle counter, is good enough for
 * hash seeds and stack canaries. No secret should rest on it. */
int
dev_random(struct uio *u)
{
	static uint32_t state;
	uint32_t done = 0;
	int err = 0;

	may_sleep();
	while (err == 0 && u->left > 0) {
		state ^= (uint32_t)machine_cycles();
		state = state * 1664525 + 1013904223;
		state ^= state >> 15;
		err = uio_move(u, &state, u->left < sizeof(state) ? u->left : sizeof(state));
		if ((done += sizeof(state)) % ZERO_CHUNK == 0)
			sched_point();
	}
	return err;
}

/* Read from /dev/random and /dev/urandom. */
static int
random_read(struct file *f, struct uio *u)
{
	return dev_random(u);
}

/* Fails with EINVAL: /dev/kmsg is there to be written to. */
static int
kmsg_read(struct file *f, struct uio *u)
{
	return EINVAL; /* /proc/kmsg has the log */
}

/* Writes all bytes to the log, as a line. Returns EINVAL if they are more than 255. */
static int
kmsg_write(struct file *f, struct uio *u)
{
	char line[MESSAGE];
	size_t n = u->left;
	int err;

	may_sleep();
	if (n >= sizeof(line))
		return EINVAL;
	err = uio_move(u, line, n);
	if (err != 0)
		return err;
	n -= n > 0 && line[n - 1] == '\n';
	line[n] = '\0';
	printf("%s\n", line);
	return 0;
}

static const struct file_ops null_ops = {.read = null_read, .write = null_write};
static const struct file_ops zero_ops = {.read = zero_read, .write = null_write, .zeros = true};
static const struct file_ops random_ops = {.read = random_read, .write = null_write};
static const struct file_ops kmsg_ops = {.read = kmsg_read, .write = kmsg_write};

/* Make the links in /dev that programs for Linux look for. */
static void
links_init(void)
{
	static const struct {
		const char *name, *target;
	} links[] = {{"fd", "/proc/self/fd"},
	             {"stdin", "/proc/self/fd/0"},
	             {"stdout", "/proc/self/fd/1"},
	             {"stderr", "/proc/self/fd/2"}};
	unsigned i;

	for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct node *n = node_create(dev, S_IFLNK | 0777);

		if (n == NULL || node_set_target(n, links[i].target) != 0 ||
		    ramfs_link(dev, links[i].name, strlen(links[i].name), n) != 0)
			noboot("too little memory for /dev");
		node_unref(n);
	}
}

void
dev_add(const char *name, const struct file_ops *ops, uint32_t mode, uint32_t rdev)
{
	struct node *n = node_create(dev, S_IFCHR | mode);

	if (n == NULL || ramfs_link(dev, name, strlen(name), n) != 0)
		noboot("too little memory for /dev");
	n->fops = ops;
	n->rdev = rdev;
	node_unref(n);
}

void
dev_init(struct node *dir)
{
	dev = dir;
	dev_add("null", &null_ops, 0666, DEVICE(1, 3));
	dev_add("zero", &zero_ops, 0666, DEVICE(1, 5));
	dev_add("random", &random_ops, 0666, DEVICE(1, 8));
	dev_add("urandom", &random_ops, 0666, DEVICE(1, 9));
	dev_add("kmsg", &kmsg_ops, 0600, DEVICE(1, 11));
	links_init();
}
