static bool
enter_span(struct vm_space *sp, const struct vm_entry *e, vaddr_t va)
{
	return false;
}
