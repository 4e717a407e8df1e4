/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/cmdline.h"

#include "base/number.h"
#include "base/printf.h"
#include "base/string.h"

#define LINE_MAX 1024

static char line[LINE_MAX]; /* the words of the command line, each with a NUL behind it */
static size_t line_len;

/* The names of words of the form name=value. */
static const char *const known[] = {
	"init",   "log",    "tty",    "rows",   "columns",           "panic",
	"sched",  "fail",   "trace",  "limit",  "stretch",           "low",
	"shmmni", "shmmax", "shmall", "shmseg", "shm_allow_removed",
};

/* The words that have no value. */
static const char *const flags[] = {"kgdb", "kgdbwait"};

/* Returns the word after this one, or NULL if it is the last. */
static const char *
next_word(const char *word)
{
	word += strlen(word) + 1;
	return word < line + line_len ? word : NULL;
}

/* Returns the value if the word has the form name=value, else NULL. */
static const char *
value_of(const char *word, const char *name)
{
	size_t n = strlen(name);

	return strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

/* Returns whether the word has a name that the kernel knows. */
static bool
is_known(const char *word)
{
	unsigned i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (value_of(word, known[i]) != NULL)
			return true;
	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (strcmp(word, flags[i]) == 0)
			return true;
	return false;
}

/* Returns whether the word can be the kernel's file, which some loaders give as the first one. */
static bool
is_file(const char *word)
{
	return word == line && (*word == '/' || strchr(word, '=') == NULL);
}

void
cmdline_init(const char *text)
{
	size_t i;

	strlcpy(line, text, sizeof(line));
	line_len = strlen(line);
	for (i = 0; i < line_len; i++)
		if (line[i] == ' ' || line[i] == '\t')
			line[i] = '\0';
}

void
cmdline_check(void)
{
	const char *word;

	for (word = line; word != NULL; word = next_word(word))
		if (*word != '\0' && !is_known(word) && !is_file(word))
			printf("command line: \"%s\" is not known and has no effect\n", word);
}

size_t
cmdline_read(char *buf, size_t size)
{
	size_t i;

	for (i = 0; i < line_len && i + 1 < size; i++)
		buf[i] = line[i] != '\0' ? line[i] : ' ';
	buf[i++] = '\n';
	return i;
}

const char *
cmdline_get(const char *name)
{
	const char *word, *value, *last = NULL;

	for (word = line; word != NULL; word = next_word(word)) {
		value = value_of(word, name);
		if (value != NULL)
			last = value;
	}
	return last;
}

bool
cmdline_has(const char *wanted)
{
	const char *word;

	for (word = line; word != NULL; word = next_word(word))
		if (strcmp(word, wanted) == 0)
			return true;
	return false;
}

/* Reads a number that may have K, M or G behind it. Returns false if s is not one, or has more than
 * 32 bits. */
static bool
parse_size(const char *s, uint32_t *out)
{
	static const char units[] = "KMG";
	const char *unit;
	uint32_t v, shift = 0;

	s = number_parse(s, &v);
	if (s == NULL)
		return false;
	unit = *s != '\0' ? strchr(units, *s) : NULL;
	if (unit != NULL) {
		shift = 10 * (uint32_t)(unit - units + 1);
		s++;
	}
	*out = v << shift;
	return *s == '\0' && *out >> shift == v;
}

uint32_t
cmdline_number(const char *name, uint32_t dflt, uint32_t min, uint32_t max)
{
	const char *value = cmdline_get(name);
	uint32_t v;

	if (value == NULL)
		return dflt;
	if (parse_size(value, &v) && v >= min && v <= max)
		return v;
	printf("command line: %s=%s is not a number from %u to %u: %u is used\n", name, value, min,
	       max, dflt);
	return dflt;
}
