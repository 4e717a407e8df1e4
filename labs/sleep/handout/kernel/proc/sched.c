int
tsleep(const void *chan, int flags, const char *why, int64_t ticks)
{
	may_sleep();
	machine_idle(); /* the caller looks again after the next interrupt */
	sched_yield();
	return 0;
}

void
wakeup(const void *chan)
{
	DOES_NOT_SLEEP;

	(void)sleep_bucket(chan);
}

void
sched_interrupt(struct proc *p)
{
}
