/* SPDX-License-Identifier: BSD-2-Clause */
/* Two processes compute with x87 and SSE at the same time. Each must get the results
 * that it gets when it runs alone. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 400000

struct sums {
	long double x87;
	float sse[4];
};

__attribute__((target("sse"))) static void
compute(int seed, struct sums *s)
{
	typedef float vector __attribute__((vector_size(16)));
	vector v = {seed, seed + 1, seed + 2, seed + 3}, step = {0.5f, 0.25f, 0.125f, 1.0f};
	long double x = seed;

	for (int i = 0; i < ROUNDS; i++) {
		x = sqrtl(x * x + seed) - 1.0L / (i + 1);
		v = v * (vector){0.999f, 0.998f, 0.997f, 0.996f} + step * (float)seed;
	}
	s->x87 = x;
	memcpy(s->sse, &v, sizeof(v));
}

static int
same(const struct sums *a, const struct sums *b)
{
	return a->x87 == b->x87 && memcmp(a->sse, b->sse, sizeof(a->sse)) == 0;
}

int
main(void)
{
	struct sums alone[2],
		*at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int i;

	for (i = 0; i < 2; i++)
		compute(i + 1, &alone[i]);
	for (i = 0; i < 2; i++) {
		if (fork() == 0) {
			compute(i + 1, &at[i]);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		;
	for (i = 0; i < 2; i++)
		printf("process %d: %s\n", i, same(&alone[i], &at[i]) ? "as alone" : "MIXED");
	return 0;
}
