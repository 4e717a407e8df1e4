#include "/work/main/tests/user/shmcalls.h"
int helper(int c, char **v){return 0;}
/* control_lock across id reuse */
void test(void)
{
	int id = shmget(IPC_PRIVATE, 200u<<20, 0666);
	ok(id > 0, "made %x", id);
	pid_t locker = SPAWN(become(BOB,BOB); _exit(0));
	ending(locker);
	shmctl(id, IPC_SET, &(struct shmid_ds){.shm_perm={.uid=BOB,.gid=BOB,.mode=0666}});
	int *st = shared(4096);
	locker = SPAWN(become(BOB, BOB); st[0]=1; int r = shmctl(id, SHM_LOCK, 0); st[1] = r == 0 ? 1 : errno; st[2]=1; _exit(0));
	while (!st[0]) sched_yield();
	sched_yield();
	diag("rm while lock done=%d", st[2]);
	shmctl(id, IPC_RMID, 0);
	int i, x = -1;
	for (i = 0; i < 32768; i++) {
		x = shmget(IPC_PRIVATE, 1, 0600);
		if (x == id || st[2]) break;
		shmctl(x, IPC_RMID, 0);
	}
	diag("i=%d x=%x id=%x lockdone=%d", i, x, id, st[2]);
	ending(locker);
	diag("lock result %d", st[1]);
	if (x == id) is(stat_of(x).shm_perm.mode, 0600, "root's new segment is not locked by bob");
	shmctl(x, IPC_RMID, 0);
}
