#include "/work/main/tests/user/shmcalls.h"
#include <time.h>
int helper(int c, char **v){return 0;}
static long ms(void){struct timespec t; clock_gettime(CLOCK_MONOTONIC,&t); return t.tv_sec*1000+t.tv_nsec/1000000;}
static unsigned long long tsc(void){unsigned long long v; __asm__ volatile("rdtsc":"=A"(v)); return v;}
void test(void)
{
	struct gate g; gate_make(&g);
	int n = 40, i; pid_t pid[40];
	int id = shmget(IPC_PRIVATE, 32u<<20, 0666);
	shmctl(id, SHM_LOCK, 0);
	for (i = 0; i < n; i++) pid[i] = SPAWN(become(BOB,BOB);
		for (int k=0;k<40;k++) shmat(id, NULL, 0);
		char *q = mmap((void*)0x90000000, 0x20000000, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0); if (q==NO_ADDR) _exit(9);
		gate_pass(&g));
	for (i = 0; i < 40; i++) usleep(10000);
	CHILD(become(BOB,BOB); char b[64];
	unsigned long long t0=tsc(); int fd=open("/proc/frames",O_RDONLY); unsigned long long t1=tsc();
	diag("frames open: %u Minstr", (unsigned)((t1-t0)>>20));
	close(fd);
	t0=tsc(); fd=open("/proc/sysvipc/check",O_RDONLY); int r = read(fd,b,63); t1=tsc();
	b[r>0?r:0]=0;
	diag("check: %u Minstr %s", (unsigned)((t1-t0)>>20), b); close(fd));
	for (i = 0; i < n; i++) gate_open(&g);
	for (i = 0; i < n; i++) ending(pid[i]);
	gate_drop(&g);
	shmctl(id, IPC_RMID, 0);
	ok(1,"end");
}
