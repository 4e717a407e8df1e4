static int
shm_who(int32_t id, vaddr_t pids, uint32_t count, uint32_t *result)
{
	return ENOSYS;
}
