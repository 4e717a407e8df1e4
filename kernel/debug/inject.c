/* SPDX-License-Identifier: BSD-2-Clause */
/* Injection of failures and sleeps, and the generator of random numbers that draws a schedule. */
#include "debug/inject.h"

#include "abi/errno.h"
#include "base/assert.h"
#include "base/bits.h"
#include "base/cmdline.h"
#include "base/number.h"
#include "base/printf.h"
#include "base/string.h"
#include "proc/proc.h"

static const char *const site_names[INJECT_SITES] = {"kmem", "page", "commit", "object", "attach"};

struct site {
	uint32_t nth;   /* the nth allocation from now on fails; 0: none */
	uint32_t sleep; /* ticks of each sleep; 0: none */
};

bool inject_active;
static struct site sites[INJECT_SITES];
static int owner;     /* pid of the process whose allocations fail; 0: of every process */
static uint32_t lots; /* state of the generator; 0: no seed was given */

/* Returns whether an allocation at the site may sleep. */
static bool
can_sleep(enum inject_site site)
{
	return site == INJECT_OBJECT || site == INJECT_ATTACH;
}

/* Reads one SITE:nth=N or SITE:sleep[=N] at the start of s. Returns the rest of s, or NULL if s
 * does not start with one. */
static const char *
parse_one(const char *s, struct site *into)
{
	unsigned i;

	for (i = 0; i < INJECT_SITES; i++) {
		size_t n = strlen(site_names[i]);

		if (strncmp(s, site_names[i], n) != 0 || s[n] != ':')
			continue;
		s += n + 1;
		if (strncmp(s, "nth=", 4) == 0)
			return number_parse(s + 4, &into[i].nth);
		if (strncmp(s, "sleep", 5) != 0 || !can_sleep(i))
			return NULL;
		into[i].sleep = 1;
		return s[5] == '=' ? number_parse(s + 6, &into[i].sleep) : s + 5;
	}
	return NULL;
}

/* Replaces all requests of "fail" by those of the text, for the process pid (0: every one). Returns
 * 0 or EINVAL. */
static int
set(const char *text, int pid)
{
	struct site fresh[INJECT_SITES];
	const char *s = text;
	unsigned i;

	memset(fresh, 0, sizeof(fresh));
	while (*s != '\0' && *s != '\n') {
		s = parse_one(s, fresh);
		if (s == NULL || (*s != ',' && *s != '\0' && *s != '\n'))
			return EINVAL;
		if (*s == ',')
			s++;
	}
	memcpy(sites, fresh, sizeof(sites));
	owner = pid;
	return_work = true; /* user_return() keeps it set while anything is requested */
	inject_active = lots != 0;
	for (i = 0; i < INJECT_SITES; i++)
		if (sites[i].nth != 0 || sites[i].sleep != 0)
			inject_active = true;
	return 0;
}

int
inject_set(const char *text)
{
	return set(text, curproc()->pid);
}

void
inject_init(void)
{
	const char *fail = cmdline_get("fail"), *sched = cmdline_get("sched"), *end;

	if (sched != NULL) {
		uint32_t seed;

		if (strncmp(sched, "seed:", 5) == 0 && (end = number_parse(sched + 5, &seed)) &&
		    *end == '\0')
			lots = seed * BITS_GOLDEN | 1;
		else
			printf("command line: sched=%s is not sched=seed:N\n", sched);
		inject_active = lots != 0;
	}
	if (fail != NULL && set(fail, 0) != 0)
		printf("command line: fail=%s is not fail=SITE:nth=N or SITE:sleep[=N]\n", fail);
}

void
inject_show(char *buf, unsigned size)
{
	unsigned i, n = 0;

	buf[0] = '\0';
	for (i = 0; i < INJECT_SITES; i++) {
		if (sites[i].nth != 0 && n < size)
			n += snprintf(buf + n, size - n, "%s%s:nth=%u", n > 0 ? "," : "",
			              site_names[i], sites[i].nth);
		if (sites[i].sleep != 0 && n < size)
			n += snprintf(buf + n, size - n, "%s%s:sleep=%u", n > 0 ? "," : "",
			              site_names[i], sites[i].sleep);
	}
}

/* Returns whether the current process's allocations can fail. Before the first process none can. */
static bool
counts(void)
{
	return curproc() != NULL && curproc()->pid != 0 && (owner == 0 || owner == curproc()->pid);
}

bool
inject_check(enum inject_site site)
{
	if (sites[site].nth == 0 || !counts() || --sites[site].nth > 0)
		return false;
	why("%s: failed on request", site_names[site]);
	return true;
}

void
inject_pause(enum inject_site site)
{
	if (curproc() == NULL || curproc()->pid == 0)
		return;
	if (sites[site].sleep != 0)
		tsleep(&sites[site], 0, site_names[site], sites[site].sleep);
	else if (inject_draw(2) == 0)
		sched_yield();
}

/* Returns a random number below n, or n if no seed was given. The generator is xorshift (Marsaglia,
 * "Xorshift RNGs", 2003), whose state never becomes 0. */
unsigned
inject_draw(unsigned n)
{
	if (lots == 0)
		return n;
	lots ^= lots << 13;
	lots ^= lots >> 17;
	lots ^= lots << 5;
	return lots % n;
}
