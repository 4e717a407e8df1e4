/* Everybody may do everything. */
int
ipcperm_class(const struct cred *cred, const struct ipc_perm *perm, uint32_t request)
{
	return 0;
}
