static void
span_reclaim(pte_t *pde)
{
}

static inline void
forget(struct pmap *pm, vaddr_t start, vaddr_t end)
{
	pte_t *pde = pde_of(pm, start), old = *pde;

	*pde = 0;
	if (pm == active)
		cpu_invlpg(start);
	frame_unref(pte_frame(old));
}

bool
pmap_enter_span(struct pmap *pm, vaddr_t va, pte_t new)
{
	return false;
}

void
pmap_share(struct pmap *to, struct pmap *from, vaddr_t va)
{
}
