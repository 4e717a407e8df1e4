#include "/work/main/tests/user/shmcalls.h"
int helper(int c, char **v){return 0;}
void test(void)
{
	/* 1: shmseg 0 */
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	is(knob("shmseg", "0\n"), 0, "shmseg 0");
	void *p = shmat(id, NULL, 0);
	ok(p == NO_ADDR && errno == EMFILE, "shmseg=0: EMFILE");
	void *p2 = shmat(id, NULL, 0);
	ok(p2 == NO_ADDR && errno == EMFILE, "shmseg=0: second EMFILE");
	if (p != NO_ADDR) shmdt(p);
	knob("shmseg", "128\n");
	/* 2: ipc shmat REMAP over the word */
	char *m = mmap(NULL, PAGE, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	int r = syscall(117, IPCOP_SHMAT, id, SHM_REMAP|SHM_RDONLY, m, m, 0);
	fails(r, EFAULT, "remap over where");
	is(stat_of(id).shm_nattch, 0, "nattch after failed shmat");
	shmdt(m);
	shmctl(id, IPC_RMID, 0);
	/* 4: stale */
	char b[32]; int n;
	int fd = open("/proc/sys/kernel/shm_allow_removed", O_RDWR);
	n = read(fd, b, 31); b[n>0?n:0]=0; diag("first %s", b);
	is(write(fd, "1\n", 2), 2, "write");
	is(lseek(fd, 0, SEEK_SET), 0, "seek");
	n = read(fd, b, 31); b[n>0?n:0]=0; diag("then n=%d %s", n, b);
	ok(b[0]=='1', "re-read shows the new value");
	knob("shm_allow_removed", "0\n"); close(fd);
}
