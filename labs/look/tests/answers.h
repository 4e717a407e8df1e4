/* SPDX-License-Identifier: BSD-2-Clause */
/* `look answers SEED` prints the answers. No handout has this file. */

/* Puts the first line that a file of /proc has for a process into a buffer. */
static void
line_of(pid_t pid, const char *file, char *word, int size)
{
	char path[32];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY);
	n = read(fd, word, size - 1);
	close(fd);
	word[n < 0 ? 0 : n] = 0;
	word[strcspn(word, "\n")] = 0;
}

/* Puts the word by which /proc/PID/pages says how a page is shown into a buffer. */
static void
shown_by(const char *page, char *word, int size)
{
	static char text[1 << 14];
	char start[12], *line;
	int fd = open("/proc/self/pages", O_RDONLY), n = 0, more;

	while ((more = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += more;
	close(fd);
	text[n] = 0;
	snprintf(start, sizeof(start), "%08x", (unsigned)(uintptr_t)page);
	line = strstr(text, start);
	snprintf(word, size, "%s", line == NULL ? "" : line + 27);
	word[strcspn(word, "\n")] = 0;
}

static void
answers(void)
{
	char text[32] = "";

	decide();
	play();
	snprintf(text, sizeof(text), "%u", story.nattch[3]);
	see("1 %s", text);
	snprintf(text, sizeof(text), "%u", story.nattch[2]);
	see("2 %s", text);
	text[0] = 0;
	for (int page = 0; page < PAGES; page++)
		if (!(story.written[story.asked[0]] & 1u << page))
			snprintf(text + strlen(text), 4, *text ? " %d" : "%d", page);
	see("3 %s", text);
	line_of(story.pid[story.asked[1]], "wchan", text, sizeof(text));
	see("4 %s", text);
	snprintf(text, sizeof(text), "%d", numbers[story.way[story.asked[2]]]);
	see("5 %s", text);
	shown_by(BIG + story.asked[3] * SPAN, text, sizeof(text));
	see("6 %s", text);
	end();
}
