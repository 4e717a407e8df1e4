static void
flush(const struct pmap *pm, vaddr_t start, vaddr_t end)
{
}

pte_t
pmap_lookup(const struct pmap *pm, vaddr_t va)
{
	return 0;
}

void
pmap_enter(struct pmap *pm, vaddr_t va, pte_t pte)
{
	noboot("lab 3: pmap_enter is not written yet");
}

void
pmap_remove(struct pmap *pm, vaddr_t start, vaddr_t end, bool alone)
{
	noboot("lab 3: pmap_remove is not written yet");
}

void
pmap_protect(struct pmap *pm, vaddr_t start, vaddr_t end, int prot)
{
	flush(pm, start, end);
	noboot("lab 3: pmap_protect is not written yet");
}

void
pmap_copy(struct pmap *to, struct pmap *from, vaddr_t start, vaddr_t end, bool cow)
{
	noboot("lab 3: pmap_copy is not written yet");
}
