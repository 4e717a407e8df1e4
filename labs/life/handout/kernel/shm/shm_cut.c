struct vm_object *
shm_headless(const struct vm_space *sp, vaddr_t va)
{
	return NULL;
}

/* An attach cannot be split yet: munmap and mprotect of a part of it fail. */
int
shm_cut_reserve(const struct vm_entry *e, struct shm_cut **out)
{
	*out = NULL;
	return e->flags & VM_ATTACH ? ENOMEM : 0;
}

void
shm_cut(struct vm_space *sp, struct vm_entry *lower, struct vm_entry *upper, struct shm_cut *fresh)
{
}

bool
shm_cut_drop_piece(struct vm_entry *e)
{
	return false;
}

int
shm_cut_copy(struct vm_space *to, struct vm_entry *copy)
{
	return 0;
}

void
shm_cut_undo(struct vm_entry *copy)
{
}

bool
shm_cut_commit(struct vm_entry *copy)
{
	return true;
}
