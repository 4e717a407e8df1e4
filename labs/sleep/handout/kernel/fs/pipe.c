/* Read from a pipe that uses its first page only, and is filled when it is empty. */
static int
pipe_read(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	uint32_t before = u->left;
	int err;

	may_sleep();
	while (p->count == 0) {
		if (p->writers == 0)
			return 0;
		if (tsleep(&p->head, PCATCH, "pipe read", 0) != 0)
			return ERESTART;
	}
	err = uio_move(u, p->page[0] + p->head, p->count < u->left ? p->count : u->left);
	p->head += before - u->left;
	p->count -= before - u->left;
	if (p->count == 0)
		p->head = 0;
	changed(p, &p->count);
	return err;
}

/* Write to such a pipe. */
static int
pipe_write(struct file *f, struct uio *u)
{
	struct pipe *p = f->data;
	int err = 0;

	may_sleep();
	while (err == 0 && u->left > 0) {
		uint32_t before = u->left;

		if (p->readers == 0)
			return EPIPE;
		if (p->count > 0) {
			if (tsleep(&p->count, PCATCH, "pipe write", 0) != 0)
				return ERESTART;
			continue;
		}
		err = uio_move(u, p->page[0], before < PAGE_SIZE ? before : PAGE_SIZE);
		changed(p, &p->head);
		p->count = before - u->left;
	}
	return err;
}
