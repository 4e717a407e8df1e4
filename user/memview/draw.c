/* SPDX-License-Identifier: BSD-2-Clause */
/* What memview draws: the memory, the legend, and who has a frame. */
#include "memview.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WIDEST 64 /* cells in a row */
#define ENTRY 40  /* columns of an entry of the legend */
#define NARROW 25 /* that on a narrow terminal */

int rows = 24, columns = 80, on_terminal, colours, lines_left;
size_t per_cell, cursor;

/* Sets the colour of the text that follows; sends an escape sequence only if it changes. */
static void
paint(const char *colour)
{
	static char last[16];

	if (colours && strcmp(last, colour)) {
		strcpy(last, colour);
		printf("\033[0;%sm", colour);
	}
}

static void
put_mark(unsigned owner, int under_cursor)
{
	int segment = owner >= SEGMENT, mark = mark_of(owner);
	char text[16];

	if (owner < FIRST_PID)
		snprintf(text, sizeof(text), "%s", owner < KINDS ? kinds[owner].colour : "0");
	else
		sprintf(text, segment ? "1;30;%d" : "1;%d", (segment ? 41 : 31) + mark % 6);
	paint(under_cursor ? "7" : text);
	putchar(mark);
}

void
newline(void)
{
	paint("0");
	if (on_terminal && lines_left <= 0)
		return;
	lines_left--;
	fputs(on_terminal ? "\033[K\n" : "\n", stdout);
}

void
draw_line(const char *fmt, ...)
{
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("%.*s", columns - 1, text);
	newline();
}

static size_t top; /* the first frame that is drawn */

int
cells_across(void)
{
	int fit = columns - 11;

	return fit >= WIDEST ? WIDEST : fit >= 16 ? fit / 8 * 8 : fit > 1 ? fit : 1;
}

size_t
shown_frame(size_t cell)
{
	size_t best = cell;

	for (size_t f = cell; f < cell + per_cell && f < nframes; f++)
		if (notable(frames[f]) > notable(frames[best]))
			best = f;
	return best;
}

void
draw_picture(int height)
{
	size_t row = cells_across() * per_cell;

	draw_line("%zu MiB of physical memory; a cell is %zu frame%s of 4 KiB", nframes >> 8,
	          per_cell, per_cell == 1 ? "" : "s");
	cursor = cursor < nframes ? cursor / per_cell * per_cell
	                          : (nframes - 1) / per_cell * per_cell;
	if (cursor < top)
		top = cursor / row * row;
	if (cursor >= top + height * row)
		top = cursor / row * row - (height - 1) * row;
	for (size_t at = top; at < nframes && at < top + height * row;) {
		printf(" %08zx ", at << 12);
		for (int x = 0; x < cells_across() && at < nframes; x++, at += per_cell)
			put_mark(frames[shown_frame(at)], on_terminal && at == cursor);
		newline();
	}
}

/* ---- The legend ---- */

/* Prints the owners that have a frame, in at most so many lines. A narrow terminal has no room for
 * how much each has. */
void
draw_legend(int lines)
{
	int narrow = columns < 2 * ENTRY, width = narrow ? NARROW : ENTRY;
	int across = columns > width ? columns / width : 1, n = 0;

	for (int i = 0; i < nowners && n < lines * across; i++) {
		const struct owner *o = &owners[i];

		if (o->value >= FIRST_PID && count[o->value] == 0)
			continue;
		if (n && n % across == 0)
			newline();
		if (n++ == lines * across - 1 && i + 1 < nowners) {
			printf(" and others");
			break;
		}
		putchar(' ');
		put_mark(o->value, 0);
		paint("0");
		if (narrow)
			printf(" %-22.22s", o->name);
		else
			printf(" %-24.24s %7u KiB ", o->name, count[o->value] * 4);
	}
	newline();
}

/* ---- Who has a frame ---- */

/* A line of /proc/PID/pages. */
struct page {
	unsigned va, pte, pde;
	int grafted;
};

static int
next_page(FILE *pages, struct page *g)
{
	char text[64], *at;

	if (pages == NULL || !fgets(text, sizeof(text), pages))
		return 0;
	g->va = strtoul(text, &at, 16);
	g->pte = strtoul(at, &at, 16);
	g->pde = strtoul(at, &at, 16);
	g->grafted = !strncmp(at, " graft", 6);
	return 1;
}

static void
print_page(const struct proc_stat *p, const struct page *g, unsigned f)
{
	const char *table = g->grafted ? "the grafted" : "its own";

	if (f == g->pde >> 12 && g->pte)
		draw_line(" %s (%d) has it for %08x to %08x, as %s page table", p->name, p->pid,
		          g->va & ~0x3fffffu, g->va | 0x3fffff, table);
	else if (g->pte == 0)
		draw_line(" %s (%d) at %08x, %s, in a page of 4 MiB", p->name, p->pid,
		          g->va + ((f - (g->pde >> 12)) << 12),
		          g->pde & 2 ? "writable" : "read-only");
	else
		draw_line(" %s (%d) at %08x, %s%s, by %s table %05x[%u]", p->name, p->pid, g->va,
		          g->pte & 1 ? "" : "parked, ",
		          g->pte & g->pde & 2 ? "writable" : "read-only", table, g->pde >> 12,
		          g->va >> 12 & 1023);
}

/* Prints where p has frame f, as a page or as a page table, in at most so many lines. Returns how
 * many it would take. */
static int
print_process(const struct proc_stat *p, unsigned f, int lines)
{
	char path[32];
	struct page g;
	unsigned table = 0; /* the page table of the line before, if f is that */
	FILE *pages;
	int n = 0, here;

	snprintf(path, sizeof(path), "/proc/%d/pages", p->pid);
	pages = fopen(path, "r");
	while (next_page(pages, &g)) {
		if (g.pte == 0)
			here = f - (g.pde >> 12) < 1024;
		else
			here = g.pte >> 12 == f || (g.pde >> 12 == f && g.va >> 22 != table);
		table = g.va >> 22;
		if (here && n++ < lines)
			print_page(p, &g, f);
	}
	if (pages)
		fclose(pages);
	return n;
}

/* Says what the frame is that the cursor's cell shows, and who has it. */
void
draw_details(int lines)
{
	unsigned f = shown_frame(cursor);
	const char *name = kinds[HOLE].name;
	struct proc_stat p;
	int n = 0;

	for (int i = 0; i < nowners; i++)
		if (owners[i].value == frames[f])
			name = owners[i].name;
	draw_line(" frame %05x, at %08x: %s", f, f << 12, name);
	while (proc_next(&p))
		n += print_process(&p, f, lines - 2 - n);
	if (n > lines - 2)
		draw_line(" and %d more", n - (lines - 2));
	else if (n == 0)
		draw_line(" no process can see it");
}
