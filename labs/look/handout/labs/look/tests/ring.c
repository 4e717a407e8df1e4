static void
ring_put(struct ring *r, unsigned number)
{
}

static unsigned
ring_take(struct ring *r)
{
	return 0;
}

static struct ring *
ring_make(int *id, pid_t *pid)
{
	struct ring *r = malloc(sizeof(*r));

	*id = -1;
	*pid = fork();
	return r;
}

static void
ring_end(struct ring *r, int id)
{
}
