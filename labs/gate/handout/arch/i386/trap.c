static void
kernel_trap(struct trapframe *tf)
{
	uint32_t va;

	if (interrupt_take(tf->trapno, false))
		return;
	if (tf->trapno == TRAP_PAGE) {
		va = cpu_read_cr2();
		if (vm_fault(curproc()->space, va, fault_access(tf)) == 0)
			return;
	}
	if (!mend_return(tf))
		kernel_exception(tf);
}
