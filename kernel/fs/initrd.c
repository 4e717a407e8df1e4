/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot image, a ustar archive (POSIX.1-2017, pax, "ustar Interchange Format"): for each file
 * a header of 512 bytes, then the content, padded to a multiple of 512 bytes. A header of zeros
 * ends the archive. Every field is checked before it is used, and an archive that is malformed
 * ends the boot: noboot().
 */
#include "base/assert.h"
#include "base/printf.h"
#include "base/string.h"
#include "fs/ramfs.h"
#include "proc/proc.h"

#define BLOCK 512u

struct header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12], mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[6], version[2];
	char uname[32], gname[32];
	char devmajor[8], devminor[8];
	char prefix[155];
	char pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a ustar header is 512 bytes");

/* Read the octal number in the field of len bytes, which may begin with spaces and end in a space
 * or a NUL. Returns false if it is not a number or has more than 32 bits. */
static bool
octal(const char *field, size_t len, uint32_t *out)
{
	uint32_t v = 0;
	size_t i = 0;

	while (i < len && field[i] == ' ')
		i++;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
		if (v >> 29 != 0)
			return false;
		v = v << 3 | (uint32_t)(field[i] - '0');
	}
	*out = v;
	return i == len || field[i] == ' ' || field[i] == '\0';
}
#define OCTAL(field, out) octal(field, sizeof(field), out)

/* Returns whether the header's checksum is right: the sum of its bytes, with those of the checksum
 * itself taken as spaces. */
static bool
sum_ok(const struct header *h)
{
	const uint8_t *p = (const uint8_t *)h;
	uint32_t sum = 0, want, i;

	for (i = 0; i < BLOCK; i++) {
		bool own = i - offsetof(struct header, sum) < sizeof(h->sum);

		sum += own ? ' ' : p[i];
	}
	return OCTAL(h->sum, &want) && sum == want;
}

/* Write prefix/name, or name alone if there is no prefix, to path as one string. */
static void
full_name(const struct header *h, char path[sizeof(h->prefix) + sizeof(h->name) + 2])
{
	size_t n = 0, i;

	for (i = 0; i < sizeof(h->prefix) && h->prefix[i] != '\0'; i++)
		path[n++] = h->prefix[i];
	if (n > 0)
		path[n++] = '/';
	for (i = 0; i < sizeof(h->name) && h->name[i] != '\0'; i++)
		path[n++] = h->name[i];
	path[n] = '\0';
}

/* Returns the directory that path lies in, which is made with all directories above it if needed.
 * Takes no reference. *name is the last name of path, of *len bytes; 0: path is the root. */
static struct node *
parent_of(const char *path, const char **name, size_t *len)
{
	struct node *dir = fs_root();

	for (;;) {
		const char *end;

		while (*path == '/' || (*path == '.' && (path[1] == '/' || path[1] == '\0')))
			path++;
		for (end = path; *end != '\0' && *end != '/'; end++)
			;
		*name = path;
		*len = end - path;
		if (*len == 2 && path[0] == '.' && path[1] == '.')
			noboot("initrd: a name with \"..\" in it");
		while (*end == '/')
			end++;
		if (*end == '\0')
			return dir;
		dir = ramfs_mkdir(dir, path, *len);
		if (dir == NULL)
			noboot("initrd: \"%s\": no memory, or a file in place of a directory",
			       path);
		path = end;
	}
}

/* Copy the header's link field, which need not end in a NUL, to the string `to`. */
static void
link_name(const struct header *h, char to[sizeof(h->link) + 1])
{
	memcpy(to, h->link, sizeof(h->link));
	to[sizeof(h->link)] = '\0';
}

/* Returns the file or symbolic link that the header describes as a new node without a name, with
 * one reference, or NULL if memory is out. content has size bytes. */
static struct node *
make_node(const struct node *dir, const struct header *h, const void *content, uint32_t size)
{
	struct node *n = node_create(dir, h->type == '2' ? S_IFLNK : S_IFREG);
	char target[sizeof(h->link) + 1];

	if (n == NULL)
		return NULL;
	if (h->type == '2') {
		link_name(h, target);
		if (node_set_target(n, target) == 0)
			return n;
	} else if (ramfs_setup(n) == 0 && ramfs_resize(n, size) == 0) {
		file_data_write(n->object, 0, content, size);
		return n;
	}
	node_unref(n);
	return NULL;
}

/* Returns the file that the hard link at path is another name of, with one reference. */
static struct node *
find_linked(const struct header *h, const char *path)
{
	static const struct cred root;
	char name[sizeof(h->link) + 1];
	struct walk w;
	struct node *n = NULL;

	link_name(h, name);
	if (fs_walk(name, fs_root(), &root, WALK_STAY, &w) == 0) {
		n = w.node;
		w.node = NULL;
		fs_walk_end(&w);
	}
	if (n == NULL || node_is(n, S_IFDIR))
		noboot("initrd: \"%s\" is a link to \"%s\", which does not exist", path, name);
	return n;
}

/* Add the file that the header describes to the tree, with its mode, owner and time. */
static void
unpack_one(const struct header *h, const void *content, uint32_t size)
{
	char path[sizeof(h->prefix) + sizeof(h->name) + 2];
	uint32_t mode, uid, gid, mtime;
	const char *name;
	struct node *dir, *n;
	size_t len;

	full_name(h, path);
	if (!OCTAL(h->mode, &mode) || !OCTAL(h->uid, &uid) || !OCTAL(h->gid, &gid) ||
	    !OCTAL(h->mtime, &mtime))
		noboot("initrd: the header of \"%s\" has a malformed number", path);
	if (h->type != '\0' &&
	    (h->type < '0' || h->type > '5' || h->type == '3' || h->type == '4')) {
		printf("initrd: skipping \"%s\": not a file, a link or a directory\n", path);
		return;
	}
	dir = parent_of(path, &name, &len);
	if (len == 0) {
		n = dir;
		node_ref(n);
	} else if (h->type == '5') {
		n = ramfs_mkdir(dir, name, len);
		if (n != NULL)
			node_ref(n);
	} else {
		if (dir->dops->lookup(dir, name, len, &n) == 0)
			noboot("initrd: \"%s\" is in the archive twice", path);
		n = h->type == '1' ? find_linked(h, path) : make_node(dir, h, content, size);
		if (n != NULL && ramfs_link(dir, name, len, n) != 0)
			n = NULL;
	}
	if (n == NULL)
		noboot("initrd: cannot make \"%s\": no memory, or a file has its name", path);
	n->mode = (n->mode & S_IFMT) | (mode & 07777);
	n->uid = uid;
	n->gid = gid;
	n->atime = n->mtime = n->ctime = (struct abi_timespec64){.tv_sec = mtime};
	node_unref(n);
}

void
initrd_unpack(const void *archive, size_t len)
{
	const char *p = archive;
	size_t left = len;

	while (left >= BLOCK && *p != '\0') {
		const struct header *h = (const struct header *)p;
		uint32_t size;

		if (memcmp(h->magic, "ustar", 5) != 0 || !sum_ok(h))
			noboot("initrd: not a ustar archive, or a broken one, at byte %u",
			       (unsigned)(len - left));
		if (!OCTAL(h->size, &size) || size > left - BLOCK)
			noboot("initrd: a file in it is longer than the archive");
		unpack_one(h, p + BLOCK, size);
		/* Some archives lack the padding after the last file. */
		size = BLOCK + ((size + BLOCK - 1) & ~(BLOCK - 1));
		if (size > left)
			break;
		p += size;
		left -= size;
	}
}
