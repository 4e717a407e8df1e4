/* SPDX-License-Identifier: BSD-2-Clause */
/* run: --append shmmni=1 --append shmseg=1 --append shmall=1 --append shmmax=1 */
/* Each limit is one: there is one segment of one byte, which can be attached once. */
#include "shmstate.h"

static void
once(const struct entrance *e, int seq)
{
	int id = e->get(0x11, 1, IPC_CREAT | 0600);
	struct shm_info info;
	char *p;

	is(id, seq << 16, "1.2 %s: slot 0", e->name);
	fails(e->get(IPC_PRIVATE, 1, 0600), ENOSPC, "3b.2 a second segment");
	fails(e->get(IPC_PRIVATE, 2, 0600), EINVAL, "3b.1>3b.2 a second byte");
	is(e->ctl(0, SHM_INFO, (void *)&info), 0, "info.2 the highest slot is 0");
	p = e->at(id, NULL, 0);
	p[0] = 'p';
	fails((long)e->at(id, NULL, 0), EMFILE, "at.3 a second attach");
	fails((long)e->at(id, p, SHM_REMAP), EMFILE, "at.3 also over the first");
	is(CHILD(fails((long)e->at(id, NULL, 0), EMFILE, "at.3 nor has a child more");
	         e->dt(p); p = e->at(id, NULL, SHM_RDONLY); _exit(p[0])), 'p',
	                             "at.3 but one instead of it");
	is(e->ctl(id, IPC_RMID, NULL), 0, "ctl.4f removed");
	fails(e->get(0x11, 1, IPC_CREAT | 0600), ENOSPC, "ctl.4h it still counts");
	stands(id, 1, ANYBODY, "ctl.4h removed");
	is(e->dt(p), 0, "dt.3a detached");
	stands(id, GONE, 0, "dt.3a detached");
}

void
test(void)
{
	int seq = 1;

	for (EACH_ENTRANCE(e))
		for (int i = 0; i < 3; i++)
			once(e, seq++);
}
