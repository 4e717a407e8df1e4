int
shm_detach(vaddr_t addr)
{
	return ENOSYS;
}
