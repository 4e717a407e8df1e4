/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes of a file's content by the kernel itself: initrd.c writes the files of the boot
 * image, and exec reads programs. */
#include "base/string.h"
#include "fs/node.h"
#include "vm/object.h"

/* Returns how many bytes of [off, off + n) lie in the page of off. */
static size_t
bytes_in_page(uint32_t off, size_t n)
{
	size_t room = PAGE_SIZE - (off & PAGE_MASK);

	return n < room ? n : room;
}

void
file_data_write(struct vm_object *obj, uint32_t off, const void *from, size_t n)
{
	while (n > 0) {
		size_t k = bytes_in_page(off, n);
		char *w = window_open(vm_object_page(obj, off >> PAGE_SHIFT));

		memcpy(w + (off & PAGE_MASK), from, k);
		window_close(w);
		from = (const char *)from + k;
		off += k;
		n -= k;
	}
}

void
file_data_read(struct vm_object *obj, uint32_t off, void *to, size_t n)
{
	while (n > 0) {
		size_t k = bytes_in_page(off, n);
		frame_t f;

		if (vm_object_peek(obj, off >> PAGE_SHIFT, &f)) {
			char *w = window_open(f);

			memcpy(to, w + (off & PAGE_MASK), k);
			window_close(w);
		} else {
			memset(to, 0, k);
		}
		to = (char *)to + k;
		off += k;
		n -= k;
	}
}
