struct shm_segment *
shm_segment_live(int32_t id)
{
	return NULL;
}

int
shm_get(int32_t key, uint32_t size, int flags, int32_t *id)
{
	return ENOSYS;
}

uint32_t
shm_attach_size(int32_t id)
{
	return 0;
}

int
shm_attach_check(int32_t id, vaddr_t addr, int flags)
{
	return ENOSYS;
}

int
shm_attach(int32_t id, vaddr_t addr, int flags, vaddr_t *out)
{
	return ENOSYS;
}
