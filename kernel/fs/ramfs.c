/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file system in memory. A directory is a list of entries; each binds a name to a node. All
 * entries are also in one hash table, by directory and name. The content of a regular file is an
 * object, as the memory of a segment is, so that both are mapped in the same way.
 */
#include "fs/ramfs.h"

#include "abi/errno.h"
#include "base/list.h"
#include "base/printf.h"
#include "base/string.h"
#include "fs/file.h"
#include "fs/file_map.h"
#include "mem/frame.h"
#include "mem/kmem.h"
#include "proc/proc.h"
#include "vm/owner.h"

#define FILE_MAX 0x7ffff000u /* bytes, whole pages: programs keep offsets in a signed word */
#define HASH 1024u           /* chains of the hash table */
#define CHUNK 65536u         /* bytes to move between two calls of sched_point() */

/* ---- Directories ---- */

struct dirent {
	LIST_LINKS(struct dirent) in_dir; /* of the directory's entries, in order of cookies */
	LIST_LINKS(struct dirent) names;  /* of the names of its node, oldest first */
	struct dirent *hash_next;         /* in the hash chain */
	struct node *dir;                 /* the directory; no reference */
	struct node *node;                /* one reference */
	uint32_t cookie;                  /* its position in the directory, for getdents */
	uint8_t len;                      /* bytes of name, without the NUL */
	char name[];
};

static struct dirent *hash[HASH];

/* Returns the hash chain for a name in dir. */
static struct dirent **
bucket(const struct node *dir, const char *name, size_t len)
{
	uint32_t h = dir->ino;

	while (len-- > 0)
		h = h * 31 + (uint8_t)*name++;
	return &hash[(h ^ h >> 10) % HASH];
}

/* Returns the link in the hash chain that points to the entry called name in dir. If there is no
 * such entry, the link is the last of the chain, which points to NULL. */
static struct dirent **
find(const struct node *dir, const char *name, size_t len)
{
	struct dirent **link = bucket(dir, name, len);

	while (*link != NULL && ((*link)->dir != dir || (*link)->len != len ||
	                         memcmp((*link)->name, name, len) != 0))
		link = &(*link)->hash_next;
	return link;
}

/* Returns a new entry at the end of dir, not bound to a node yet, or NULL if memory is out. The
 * cookie of the entry is one that has never been used, so that a position in a directory stays
 * valid while entries are added and removed. */
static struct dirent *
entry_create(struct node *dir, const char *name, size_t len)
{
	static uint32_t last_cookie = DIR_FIRST;
	struct dirent *e = kmem_alloc(sizeof(*e) + len + 1), **link = bucket(dir, name, len);

	if (e == NULL)
		return NULL;
	e->hash_next = *link;
	*link = e;
	QUEUE_APPEND(&dir->entries, e, in_dir);
	e->dir = dir;
	e->cookie = last_cookie++;
	e->len = (uint8_t)len;
	memcpy(e->name, name, len);
	return e;
}

/* Bind e's name to n, with a reference on n. If n is a directory, e->dir becomes its parent. */
static void
bind(struct dirent *e, struct node *n)
{
	e->node = n;
	QUEUE_APPEND(&n->names, e, names);
	node_ref(n);
	n->nlink++;
	if (node_is(n, S_IFDIR)) {
		node_ref(e->dir);
		if (n->parent != NULL)
			node_unref(n->parent);
		n->parent = e->dir;
		n->nlink++;
		e->dir->nlink++;
	}
	n->ctime = e->dir->mtime = e->dir->ctime = fs_now();
}

/* Unbind e's name from its node, and drop the reference. If the node is a directory, it keeps its
 * parent, since processes in it may still follow "..". */
static void
unbind(struct dirent *e)
{
	struct node *n = e->node;

	QUEUE_REMOVE(&n->names, e, names);
	n->nlink--;
	if (node_is(n, S_IFDIR)) {
		n->nlink--;
		e->dir->nlink--;
	}
	n->ctime = e->dir->mtime = e->dir->ctime = fs_now();
	node_unref(n);
}

int
ramfs_link(struct node *dir, const char *name, size_t len, struct node *n)
{
	struct dirent *e = entry_create(dir, name, len);

	if (e == NULL)
		return ENOMEM;
	bind(e, n);
	return 0;
}

void
ramfs_unlink(struct node *dir, const char *name, size_t len)
{
	struct dirent **link = find(dir, name, len), *e = *link;

	*link = e->hash_next;
	QUEUE_REMOVE(&dir->entries, e, in_dir);
	dir->found = NULL;
	unbind(e);
	kmem_free(e);
}

int
ramfs_rename(const struct walk *from, const struct walk *to)
{
	struct dirent *e = *find(to->dir, to->name, to->len);

	if (e != NULL)
		unbind(e);
	else if ((e = entry_create(to->dir, to->name, to->len)) == NULL)
		return ENOMEM;
	bind(e, from->node);
	ramfs_unlink(from->dir, from->name, from->len);
	return 0;
}

int
ramfs_lookup(struct node *dir, const char *name, size_t len, struct node **out)
{
	struct dirent *e = *find(dir, name, len);

	if (e == NULL)
		return ENOENT;
	*out = e->node;
	node_ref(*out);
	return 0;
}

bool
ramfs_next(struct node *dir, uint32_t *pos, struct dir_entry *entry)
{
	struct dirent *e =
		dir->found != NULL && dir->found->cookie < *pos ? dir->found : dir->entries.first;

	while (e != NULL && e->cookie < *pos)
		e = e->in_dir.next;
	if (e == NULL)
		return false;
	dir->found = e;
	*pos = e->cookie + 1;
	entry->name = e->name;
	entry->ino = e->node->ino;
	entry->mode = e->node->mode;
	return true;
}

bool
ramfs_name(const struct node *dir, struct dir_entry *entry)
{
	entry->name = dir->names.first != NULL ? dir->names.first->name : NULL;
	return dir->names.first != NULL;
}

#define DIR_OPS .lookup = ramfs_lookup, .next = ramfs_next, .name = ramfs_name

const struct dir_ops ramfs_dir_ops = {DIR_OPS, .changes = true};
const struct dir_ops ramfs_fixed_ops = {DIR_OPS};

struct node *
ramfs_mkdir(struct node *dir, const char *name, size_t len)
{
	struct dirent *e = *find(dir, name, len);
	struct node *n;

	if (e != NULL)
		return node_is(e->node, S_IFDIR) ? e->node : NULL;
	n = node_create(dir, S_IFDIR | 0755);
	if (n == NULL)
		return NULL;
	if (ramfs_setup(n) != 0 || ramfs_link(dir, name, len, n) != 0) {
		node_unref(n);
		return NULL;
	}
	node_unref(n);
	return n;
}

bool
fs_node_name(const struct node *n, char *path, size_t size)
{
	const struct dirent *e = n->names.first;
	const char *p;

	if (n->label != NULL)
		return (size_t)snprintf(path, size, "/memfd:%s (deleted)", n->label) < size;
	if (!node_is(n, S_IFDIR) && (e == NULL || e->len + 3u > size))
		return false;
	p = node_is(n, S_IFDIR) ? fs_path(n, path, size) : fs_path(e->dir, path, size - e->len - 1);
	if (p == NULL)
		return false;
	memmove(path, p, strlen(p) + 1);
	if (node_is(n, S_IFDIR))
		return true;
	size = strlen(path);
	if (path[size - 1] != '/')
		path[size++] = '/';
	memcpy(path + size, e->name, e->len + 1);
	return true;
}

bool
fs_object_name(struct vm_object *obj, uint32_t *ino, char *path, size_t size)
{
	const struct node *n = obj->fixed ? NULL : file_map_of(obj)->node;

	if (n == NULL)
		return false;
	*ino = n->ino;
	return fs_node_name(n, path, size);
}

/* ---- Regular files ---- */

/* Clear the rest of the page that n ends in, from n->size on. A mapping may have written there. */
static void
clear_tail(struct node *n)
{
	uint32_t in_page = n->size & PAGE_MASK;
	frame_t f;
	char *w;

	if (in_page == 0 || !vm_object_peek(n->object, n->size >> PAGE_SHIFT, &f))
		return;
	w = window_open(f);
	memset(w + in_page, 0, PAGE_SIZE - in_page);
	window_close(w);
}

int
ramfs_resize(struct node *n, uint32_t size)
{
	uint32_t npages = page_round(size) >> PAGE_SHIFT;

	if (size > FILE_MAX)
		return EFBIG;
	if (npages < n->object->npages)
		file_map_hide(n->object, npages);
	if (npages != n->object->npages && vm_object_resize(n->object, npages) != 0)
		return ENOSPC;
	if (size > n->size)
		clear_tail(n);
	if (size < n->size) {
		n->size = size;
		clear_tail(n);
	}
	n->size = size;
	n->mtime = n->ctime = fs_now();
	return 0;
}

void
ramfs_zero(struct node *n, uint32_t from, uint32_t to)
{
	may_sleep();
	while (from < to && from < n->size) {
		uint32_t off = from & PAGE_MASK, k = PAGE_SIZE - off;
		frame_t f;

		k = k < to - from ? k : to - from;
		if (vm_object_peek(n->object, from >> PAGE_SHIFT, &f)) {
			char *w = window_open(f);

			memset(w + off, 0, k);
			window_close(w);
		}
		from += k;
		sched_point();
	}
	n->mtime = n->ctime = fs_now();
}

/* Move n bytes between the user and the file's page at f->offset, which they lie in, and advance
 * f->offset. A window is open during the copy; the copy may fault, but a fault does not sleep.
 * Returns 0, or EFAULT after a part. May sleep after the copy. */
static int
move(struct file *f, struct uio *u, size_t n)
{
	uint32_t before = u->left;
	char *page = window_open(vm_object_page(f->node->object, f->offset >> PAGE_SHIFT));
	int err = uio_move(u, page + (f->offset & PAGE_MASK), n);

	window_close(page);
	f->offset += before - u->left;
	if (err == 0 && f->offset % CHUNK < n)
		sched_point();
	return err;
}

/* Returns how many of u's bytes lie in the page of f->offset and below the offset `end`. */
static size_t
bytes_in_page(const struct file *f, const struct uio *u, uint32_t end)
{
	size_t k = PAGE_SIZE - (f->offset & PAGE_MASK);

	if (k > end - f->offset)
		k = end - f->offset;
	return k < u->left ? k : u->left;
}

/* Read at f's offset up to the end of the file, page by page. Sets the time of access. */
static int
file_read(struct file *f, struct uio *u)
{
	uint32_t all = u->left;
	int err = 0;

	may_sleep();
	while (err == 0 && u->left > 0 && f->offset < f->node->size)
		err = move(f, u, bytes_in_page(f, u, f->node->size));
	if (err == 0 || u->left < all)
		f->node->atime = fs_now();
	return err;
}

/* Write as much of u as lies in one page of the file. The file changes only if at least one byte
 * is written: before it grows or loses its set-id bits, the first byte is probed and the room for
 * it made. Returns 0, EFBIG, ENOSPC or EFAULT. */
static int
write_page(struct file *f, struct uio *u)
{
	struct node *n = f->node;
	uint32_t offset = f->offset, old = n->size, k;
	int err;

	if (f->flags & O_APPEND)
		f->offset = n->size;
	k = f->offset < FILE_MAX ? bytes_in_page(f, u, FILE_MAX) : 0;
	err = k == 0 ? EFBIG : uio_probe(u);
	if (err == 0 && f->offset + k > n->size)
		err = ramfs_resize(n, f->offset + k);
	if (err != 0) {
		f->offset = offset;
		return err;
	}
	node_drop_setid(n);
	err = move(f, u, k);
	/* The copy ended early: cut off the part of the growth that was not written. */
	if (err != 0 && n->size > old)
		ramfs_resize(n, f->offset > old ? f->offset : old);
	return err;
}

/* Write at f's offset, page by page, which may make the file longer. Sets the times of change if
 * at least a byte was written. */
static int
file_write(struct file *f, struct uio *u)
{
	uint32_t all = u->left;
	int err = 0;

	may_sleep();
	while (err == 0 && u->left > 0)
		err = write_page(f, u);
	if (u->left < all)
		f->node->mtime = f->node->ctime = fs_now();
	return err;
}

/* Refuse read() of a directory: getdents reads its names. */
static int
dir_read(struct file *f, struct uio *u)
{
	return EISDIR;
}

const struct file_ops dir_file_ops = {.read = dir_read};
const struct file_ops ramfs_file_ops = {.read = file_read, .write = file_write};

int
ramfs_setup(struct node *n)
{
	if (node_is(n, S_IFDIR)) {
		n->dops = &ramfs_dir_ops;
		n->fops = &dir_file_ops;
	} else if (node_is(n, S_IFIFO)) {
		n->fops = &fifo_ops;
	} else if (node_is(n, S_IFREG)) {
		n->fops = &ramfs_file_ops;
		n->object = file_map_create(n);
		return n->object != NULL ? 0 : ENOMEM;
	}
	return 0;
}
