int
shm_slots_init(uint32_t count)
{
	return 0;
}

uint32_t
shm_slot_highest(void)
{
	return 0;
}

struct shm_segment *
shm_slot_by_key(int32_t key)
{
	return NULL;
}

struct shm_segment *
shm_slot_alloc(int32_t key)
{
	return NULL;
}

void
shm_slot_drop_key(struct shm_segment *seg)
{
}

void
shm_slot_free(struct shm_segment *seg)
{
}
