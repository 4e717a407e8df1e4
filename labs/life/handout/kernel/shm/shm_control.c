/* A segment that is attached stays as it is. */
static void
control_remove(struct shm_segment *seg)
{
	if (seg->nattch == 0)
		shm_segment_free(seg);
}
