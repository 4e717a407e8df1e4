/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The doubly linked list. An element has its links as a member, one for each list that it can be
 * on at a time. The list is a pointer to its first element; memory of zeros is an empty list. An
 * element knows the pointer that points to it, so it is removed without a search and without the
 * list. A loop over a list is a plain one:
 *
 *	struct item {
 *		LIST_LINKS(struct item) links;
 *	} *list, *e;
 *
 *	LIST_INSERT(&list, e, links);
 *	for (e = list; e != NULL; e = e->links.next)
 *
 * A queue is a list to whose end elements are added: a struct { struct item *first, **end; }.
 * `end` is the pointer that an element at the end sets; it is valid unless first is NULL.
 *
 * The macros evaluate each argument once.
 */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>

/* link: the pointer to this element, which is the list itself or the next of another one. */
#define LIST_LINKS(type)                                                                           \
	struct {                                                                                   \
		type *next, **link;                                                                \
	}

/* Insert e where `at` points: at the start of the list whose address that is, or behind the element
 * whose links.next that is. */
#define LIST_INSERT(at, e, links)                                                                  \
	do {                                                                                       \
		__typeof__(e) list_e = (e), *list_at = (at);                                       \
                                                                                                   \
		list_e->links.next = *list_at;                                                     \
		list_e->links.link = list_at;                                                      \
		if (*list_at != NULL)                                                              \
			(*list_at)->links.link = &list_e->links.next;                              \
		*list_at = list_e;                                                                 \
	} while (0)

/* Remove e from its list. The links of e keep their values. */
#define LIST_REMOVE(e, links)                                                                      \
	do {                                                                                       \
		__typeof__(e) list_e = (e);                                                        \
                                                                                                   \
		*list_e->links.link = list_e->links.next;                                          \
		if (list_e->links.next != NULL)                                                    \
			list_e->links.next->links.link = list_e->links.link;                       \
	} while (0)

/* Add e to the end of the queue at that address. */
#define QUEUE_APPEND(queue, e, links)                                                              \
	do {                                                                                       \
		__typeof__(queue) list_q = (queue);                                                \
		__typeof__(e) list_e = (e);                                                        \
                                                                                                   \
		list_e->links.next = NULL;                                                         \
		list_e->links.link = list_q->first == NULL ? &list_q->first : list_q->end;         \
		*list_e->links.link = list_e;                                                      \
		list_q->end = &list_e->links.next;                                                 \
	} while (0)

/* Remove e from the queue at that address. */
#define QUEUE_REMOVE(queue, e, links)                                                              \
	do {                                                                                       \
		__typeof__(queue) list_from = (queue);                                             \
		__typeof__(e) list_gone = (e);                                                     \
                                                                                                   \
		LIST_REMOVE(list_gone, links);                                                     \
		if (list_gone->links.next == NULL)                                                 \
			list_from->end = list_gone->links.link;                                    \
	} while (0)

#endif
