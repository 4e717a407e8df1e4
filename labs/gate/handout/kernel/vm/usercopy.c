int
copyin(void *to, vaddr_t from, size_t n)
{
	return user_copy_in(to, from, n);
}

int
copyout(vaddr_t to, const void *from, size_t n)
{
	return user_copy_out(to, from, n);
}

int
copyzero(vaddr_t to, size_t n)
{
	return user_copy_zero(to, n);
}

int
copyinstr(char *to, vaddr_t from, size_t max, size_t *len)
{
	size_t n = 0;

	user_copy_str(to, from, max, &n);
	if (len != NULL)
		*len = n;
	return 0;
}
