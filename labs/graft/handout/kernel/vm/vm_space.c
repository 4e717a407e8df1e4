static void
share(struct vm_space *to, struct vm_space *from, const struct vm_entry *first,
      const struct vm_entry *last)
{
	pmap_copy(&to->pmap, &from->pmap, first->start, last->end, false);
}
