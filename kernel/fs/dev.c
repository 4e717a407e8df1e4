/* SPDX-License-Identifier: BSD-2-Clause */
/* /dev: the devices that are no hardware, and the names of the console. */
#include "abi/errno.h"
#include "fs/file.h"
#include "base/printf.h"
#include "proc/sched.h"
#include "base/string.h"
#include "sys/syscall.h"

#define ZERO_CHUNK 65536u /* bytes cleared before others get their turn */
#define DEVICE(major, minor) ((major) << 8 | (minor))

static int
null_read(struct file *f, struct uio *u)
{
	return 0;
}

static int
null_write(struct file *f, struct uio *u)
{
	u->left = 0;
	return 0;
}

static int
zero_read(struct file *f, struct uio *u)
{
	int err = 0;

	while (err == 0 && u->left > 0) {
		err = uio_move(u, NULL, u->left < ZERO_CHUNK ? u->left : ZERO_CHUNK);
		sched_point();
	}
	return err;
}

/* Good enough for hash seeds and stack canaries; no secret should rest on it. */
static int
random_read(struct file *f, struct uio *u)
{
	static uint32_t state;
	uint32_t done = 0;
	int err = 0;

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

int
sys_getrandom(const uint32_t *arg, uint32_t *result)
{
	uint32_t len = arg[1] < INT32_MAX ? arg[1] : INT32_MAX;
	struct uio u = {.base = arg[0], .len = len, .left = len, .to_user = true};
	int err = arg[2] & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ? EINVAL
	                                                                  : random_read(NULL, &u);

	*result = len - u.left;
	return *result > 0 ? 0 : err;
}

static const struct file_ops null_ops = {.read = null_read, .write = null_write};
static const struct file_ops zero_ops = {.read = zero_read, .write = null_write, .zeros = true};
static const struct file_ops random_ops = {.read = random_read, .write = null_write};

/* What programs of Linux's look for. */
static void
links_init(struct node *dev)
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
dev_init(struct node *dev)
{
	static const struct {
		const char *name;
		const struct file_ops *ops;
		uint32_t mode, rdev;
	} devices[] = {{"console", &tty_ops, 0622, DEVICE(5, 1)},
	               {"tty", &ctty_ops, 0666, DEVICE(5, 0)},
	               {"null", &null_ops, 0666, DEVICE(1, 3)},
	               {"zero", &zero_ops, 0666, DEVICE(1, 5)},
	               {"random", &random_ops, 0666, DEVICE(1, 8)},
	               {"urandom", &random_ops, 0666, DEVICE(1, 9)}};
	unsigned i;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		const char *name = devices[i].name;
		struct node *n = node_create(dev, S_IFCHR | devices[i].mode);

		if (n == NULL || ramfs_link(dev, name, strlen(name), n) != 0)
			noboot("too little memory for /dev");
		n->fops = devices[i].ops;
		n->rdev = devices[i].rdev;
		node_unref(n);
	}
	links_init(dev);
}
