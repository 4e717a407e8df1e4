static int
detach_pieces(struct vm_space *sp, const struct vm_entry *e, vaddr_t addr)
{
	return EINVAL;
}

static inline void
seg_detached(struct shm_segment *seg, int32_t pid, int64_t now)
{
	shm_segment_drop(seg);
}

/* The child sees the memory, but the kernel takes it for any shared mapping. */
int
shm_inherit(const struct vm_space *from, struct vm_space *to)
{
	struct vm_entry *e;

	for (e = to->first; e != NULL; e = e->next)
		e->flags &= ~VM_ATTACH;
	return 0;
}
