/* Give `to` a frame of its own for each page of `from` that may be written. */
static void
copy(struct vm_space *to, struct vm_space *from, const struct vm_entry *first,
     const struct vm_entry *last)
{
	const struct vm_entry *e;
	vaddr_t va;

	for (e = first; e != last->next; e = e->next)
		for (va = e->start; va < e->end; va += PAGE_SIZE) {
			pte_t pte;
			frame_t f;

			if (!pmap_in_use(&from->pmap, va >> SPAN_SHIFT)) {
				va |= SPAN_SIZE - PAGE_SIZE;
				continue;
			}
			pte = pmap_lookup(&from->pmap, va);
			if (pte == 0)
				continue;
			f = pte_frame(pte);
			if (e->flags & VM_CHARGED) {
				f = frame_alloc_user();
				frame_copy(f, pte_frame(pte));
			} else {
				frame_ref(f);
			}
			pmap_enter(&to->pmap, va, (f << PAGE_SHIFT) | (pte & PAGE_MASK));
		}
}
