/* Enter a page of a private entry for the first time, or again. It gets a frame of its own at
 * once, if it may ever be written: the memory for that is promised. */
static void
fill_private(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	frame_t f, shown = zero_frame;

	if (e->object != NULL)
		shown = vm_object_page(e->object, page);
	if (!(e->prot & PROT_WRITE)) {
		enter_frame(sp, va, shown, false);
		return;
	}
	f = frame_alloc_user();
	frame_copy(f, shown);
	pmap_enter(&sp->pmap, va, pte_make(f, true));
}

static inline void
fault_private(struct vm_space *sp, struct vm_entry *e, vaddr_t va, uint32_t page, bool write)
{
	pte_t pte = pmap_lookup(&sp->pmap, va);
	bool alone = pte != 0 && frame_refs(pte_frame(pte)) == 1;

	if (pte == 0 || (write && !alone))
		fill_private(sp, e, va, page, write);
	else
		enter_frame(sp, va, pte_frame(pte), alone && (e->prot & PROT_WRITE));
}
