/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a sequence of calls as a program of tests/user. Each process of the sequence is one of the
 * program, with a function that makes its calls; they take turns by a number in shared memory.
 */
#include <stdio.h>
#include <string.h>

#include "explore.h"

static FILE *out;
static struct {
	struct call call;
	uint32_t err, value; /* what the model says */
	uint32_t pid;        /* of the process that made it */
	uint8_t slot;        /* of the identifier that the call takes, or returns; or NO_SLOT */
	uint8_t off;
} turns[256];
static unsigned nturns;

/* Makes the calls on kernel and model, the last one on the model only, and keeps what the model
 * says. */
static void
foresee(const uint16_t *path, unsigned n)
{
	struct reply r;
	unsigned i;

	for (i = 0; i < n && step_call(path[i], &turns[i].call); i++) {
		memset(&r, 0, sizeof(r));
		if (i < n - 1)
			kernel_call(&turns[i].call, &r);
		turns[i].pid = m.proc[turns[i].call.who].pid;
		turns[i].err = model_call(&turns[i].call, &r, &turns[i].value);
		turns[i].slot = steps[path[i]].slot;
		turns[i].off = steps[path[i]].off;
		if (turns[i].call.op == OP_GET && turns[i].err == 0)
			turns[i].slot = turns[i].value & 0xffff;
	}
	nturns = i;
}

static const char *
error_name(uint32_t err)
{
	static const char *const names[M_ERRNOS] = {
		[1] = "EPERM",   [2] = "ENOENT",  [12] = "ENOMEM", [13] = "EACCES", [14] = "EFAULT",
		[17] = "EEXIST", [22] = "EINVAL", [24] = "EMFILE", [28] = "ENOSPC"};

	return err < M_ERRNOS && names[err] != NULL ? names[err] : "an error";
}

/* Writes the identifier that the call takes. */
static const char *
id_text(unsigned i)
{
	static char text[40];

	snprintf(text, sizeof(text), turns[i].off ? "sequence->id[%u] + 0x%x" : "sequence->id[%u]",
	         turns[i].slot, turns[i].off * 0x10000u);
	return text;
}

/* Writes the call as C. */
static void
write_call(unsigned i)
{
	const struct call *c = &turns[i].call;
	const uint32_t *a = c->a;

	switch ((enum op)c->op) {
	case OP_GET:
		fprintf(out, "shmget(%u, %u, %#o)", a[0], a[1], a[2]);
		break;
	case OP_AT:
		fprintf(out, "(long)shmat(%s, (void *)0x%x, %#o)", id_text(i), a[1], a[2]);
		break;
	case OP_DT:
		fprintf(out, "shmdt((void *)0x%x)", a[0]);
		break;
	case OP_CTL:
		if (a[1] == M_SET)
			fprintf(out, "set(%s, %d, %d, %#o)", id_text(i), (int)a[3], (int)a[4],
			        a[5]);
		else if (a[2] == 0)
			fprintf(out, "shmctl(%s, %u, &sequence->ds)", id_text(i), a[1]);
		else
			fprintf(out, "shmctl(%s, %u, (void *)0x%x)", id_text(i), a[1], a[2]);
		break;
	case OP_UNMAP:
		fprintf(out, "munmap((void *)0x%x, %u)", a[0], a[1]);
		break;
	case OP_PROTECT:
		fprintf(out, "mprotect((void *)0x%x, %u, %u)", a[0], a[1], a[2]);
		break;
	case OP_MAP:
		fprintf(out, "(long)mmap((void *)0x%x, %u, 3, %s, -1, 0)", a[0], a[1],
		        a[2] ? "MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED"
		             : "MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE");
		break;
	case OP_LOAD:
		fprintf(out, "load(0x%x)", a[0]);
		break;
	case OP_STORE:
		fprintf(out, "store(0x%x, 0x%x)", a[0], a[1]);
		break;
	default:
		break;
	}
}

/* Writes the turn of a process that makes call i. */
static void
write_turn(unsigned i)
{
	const struct call *c = &turns[i].call;

	fprintf(out, "\tturn(%u);\n", i);
	switch ((enum op)c->op) {
	case OP_FORK:
		fprintf(out,
		        "\tif (fork() == 0) {\n\t\tp%u_from%u();\n\t\t_exit(0);\n\t}\n\tdid(0);\n",
		        c->a[0], i + 1);
		break;
	case OP_EXIT:
		fprintf(out, "\tdid(0);\n\t_exit(0);\n");
		break;
	case OP_EXEC:
		fprintf(out, "\tdid(%s);\n", c->a[0] ? "0" : "execl(\"/nowhere\", \"\", NULL)");
		if (c->a[0])
			fprintf(out, "\tgo_on_as(\"p%u_from%u\");\n", c->who, i + 1);
		break;
	default:
		fprintf(out,
		        c->op == OP_GET && turns[i].err == 0 ? "\tdid(sequence->id[%u] = "
		                                             : "\tdid(",
		        turns[i].slot);
		write_call(i);
		fprintf(out, ");\n");
	}
}

/* Returns whether the life of the process ends with call i: it exits, or becomes a new program. */
static bool
ends_life(unsigned i, uint32_t who)
{
	const struct call *c = &turns[i].call;

	return c->who == who && (c->op == OP_EXIT || (c->op == OP_EXEC && c->a[0]));
}

/* Writes the function for the life of a process that begins with turn `from`. Those that begin
 * later stand before it. */
static void
write_life(uint32_t who, unsigned from)
{
	unsigned i;

	fprintf(out, "\nstatic void\np%u_from%u(void)\n{\n", who, from);
	for (i = from; i < nturns; i++) {
		if (turns[i].call.who == who)
			write_turn(i);
		if (ends_life(i, who))
			break;
	}
	if (i == nturns)
		fprintf(out, "\twait_for(%u);\n", nturns + 1);
	fprintf(out, "}\n");
}

static void
write_lives(const struct world *w)
{
	unsigned i;

	for (i = nturns; i-- > 0;) {
		const struct call *c = &turns[i].call;

		if (c->op == OP_FORK)
			write_life(c->a[0], i + 1);
		if (c->op == OP_EXEC && c->a[0])
			write_life(c->who, i + 1);
	}
	for (i = 0; i < w->procs && w->uid[i] != NOBODY; i++)
		write_life(i, 0);
	fprintf(out, "\nint\nhelper(int argc, char **argv)\n{\n\tgo_on();\n");
	for (i = 0; i < nturns; i++)
		if (turns[i].call.op == OP_EXEC && turns[i].call.a[0])
			fprintf(out,
			        "\tif (strcmp(argv[1], \"p%u_from%u\") == 0)\n"
			        "\t\tp%u_from%u();\n",
			        turns[i].call.who, i + 1, turns[i].call.who, i + 1);
	fprintf(out, "\treturn argc + (argv == NULL);\n}\n");
}

/* Writes the check of what call i gave. The kernel chooses addresses, and numbers of processes and
 * segments. */
static void
write_check(unsigned i)
{
	const struct call *c = &turns[i].call;
	bool chosen = c->op == OP_GET || (c->op == OP_AT && c->a[1] == 0) || c->op == OP_FORK;

	fprintf(out, "\t/* process %u: ", c->who);
	if (c->op == OP_FORK || c->op == OP_EXIT || c->op == OP_EXEC)
		fprintf(out, c->op == OP_FORK ? "fork" : c->op == OP_EXIT ? "exit" : "exec");
	else
		write_call(i);
	fprintf(out, " */\n");
	if (turns[i].err != 0)
		fprintf(out, "\trefused(%u, %s);\n", i, error_name(turns[i].err));
	else if (chosen)
		fprintf(out, "\tdone(%u);\n", i);
	else
		fprintf(out, "\tgave(%u, 0x%x);\n", i, turns[i].value);
}

/* Writes the checks of what root sees of the segments at the end. */
static void
write_stats(void)
{
	const struct segment *s;
	unsigned i;

	for (s = m.seg; s < m.seg + m.limit.mni; s++) {
		unsigned slot = (unsigned)(s - m.seg);

		if (s->state != SEG_LIVE)
			continue;
		fprintf(out, "\tis(stat_of(sequence->id[%u]).shm_nattch, %u, \"nattch\");\n", slot,
		        s->nattch);
		fprintf(out, "\tis(stat_of(sequence->id[%u]).shm_perm.mode, %#o, \"mode\");\n",
		        slot, s->mode);
		for (i = nturns; i-- > 0 && turns[i].pid != s->lpid;)
			;
		if (i < nturns)
			fprintf(out,
			        "\tis(stat_of(sequence->id[%u]).shm_lpid, sequence->pid[%u], "
			        "\"lpid\");\n",
			        slot, i);
	}
}

static void
write_test(const struct world *w, const char *why)
{
	unsigned i;

	fprintf(out, "\nvoid\ntest(void)\n{\n\tbegin();\n");
	for (i = 0; i < w->procs && w->uid[i] != NOBODY; i++)
		fprintf(out, "\tstart(p%u_from0, %u);\n", i, w->uid[i]);
	fprintf(out, "\twait_for(%u);\n", nturns);
	for (i = 0; i < nturns; i++)
		write_check(i);
	write_stats();
	if (*why != '\0')
		fprintf(out, "\t/* %s */\n", why);
	fprintf(out, "\tend();\n}\n");
}

void
program_write(const struct world *w, const uint16_t *path, unsigned n, const char *why,
              const char *file)
{
	out = fopen(file, "w");
	if (out == NULL) {
		perror(file);
		return;
	}
	foresee(path, n);
	fprintf(out,
	        "/* SPDX-License-Identifier: BSD-2-Clause */\n"
	        "/* run: --append shmmni=%u --append shmseg=%u --append shmmax=%u --append "
	        "shmall=%u */\n"
	        "/* World %s: kernel and model differ after the last of %u calls. */\n"
	        "#include \"sequence.h\"\n",
	        w->limit.mni, w->limit.seg, w->limit.max, w->limit.all, w->name, n);
	write_lives(w);
	write_test(w, why);
	fclose(out);
}
