// SPDX-License-Identifier: BSD-2-Clause
//
// The steps of the tour: the three things that the banner names, a graft, and the exercises of
// docs/labs.md that need no gdb. says and look are HTML.

export const STEPS = [
	{
		title: "A kernel on a page",
		says: [
			`The terminal is the console of a PC that runs here, with the kernel and
			the programs that QEMU boots, unchanged. <code>help</code> lists the
			commands; Tab, the arrow keys and Ctrl-C work.`,
			`The picture is drawn from the machine's memory as it runs. Point at
			something, and it is explained below the picture.`,
		],
		type: [{ command: "help" }, { command: "ps" }],
		look: [
			`<strong>Left</strong>, the processes. Small squares beside each are its
			page tables: an entry of its page directory leads to each of them.`,
			`<strong>In the middle</strong>, the segments: none yet. A line from a
			process to a segment will be an attach.`,
			`<strong>Right</strong>, physical memory from address 0, a cell for each
			frame of 4 KiB.`,
			`<strong>Next line</strong> lets the machine run until it has printed a
			line, and holds it there.`,
		],
	},
	{
		title: "The life of a segment",
		says: [
			`<code>shmlife</code> makes a segment of two pages, shares it with a
			child, and checks each thing that it tells. It takes a few milliseconds:
			go line by line with the button <strong>Next line</strong>, or run it
			and go back with the slider.`,
		],
		type: [{ command: "shmlife", lines: true }, { command: "shmlife" }],
		numbered: true,
		look: [
			`<code>shmget</code>: a box without a line. Both pages are grey: no frame
			has been taken.`,
			`<code>shmat</code>: a dashed line. The kernel has noted the attach, and
			no page table knows of it.`,
			`The first touch: two frames. The line is solid, and leads through the
			segment's own page table, which the kernel has put into the process's
			directory.`,
			`<code>fork</code>: the process's box splits. The child has the attach at
			the same address, by the same table: nattch 2. Choose both lines and
			compare the entries.`,
			"The child writes an answer: the page lights up. Nothing is copied.",
			"<code>shmdt</code>: the child's line is gone.",
			`<code>IPC_RMID</code>: the box turns red. The id is invalid, the memory
			stays.`,
			"The last detach: the segment is freed, and its frames with it.",
		],
	},
	{
		title: "A producer and a consumer",
		says: [
			`<code>prodcons</code> sends a million numbers through a ring in a
			segment, from one process to another. No number is copied by the kernel:
			both have the same frames.`,
		],
		type: [{ command: "prodcons" }],
		look: [
			"The page of the ring lights up while it is written.",
			`Which of the two runs? The one with the bright edge. They take turns
			when the ring is full or empty.`,
			`Point at the segment: a thread leads from its page to the frame in
			memory.`,
		],
	},
	{
		title: "Memory as the kernel shows it",
		says: [
			`<code>memview</code> draws physical memory with letters: it reads
			<code>/proc/frames</code>, where the picture reads the machine's memory
			itself. They must agree. <kbd>q</kbd> ends it.`,
		],
		type: [
			{ command: "shmchat alice &" },
			{ command: "memview" },
			{ command: "q", raw: true, says: "q" },
		],
		look: [
			`<code>A</code> in memview is the segment of <code>shmchat</code>, blue
			in the map.`,
			`<code>=</code> marks pages that a fork shares until one writes: point at
			such a frame here, and it has more than one reference.`,
		],
	},
	{
		title: "A graft",
		says: [
			`A segment keeps its frames in page tables of its own, in the form that
			the processor reads. Where nothing else is in a span of 4 MiB, the
			kernel puts the segment's own table into the directory: the span is
			<em>grafted</em>, and a page that one process touches is there for all.`,
			`<code>spans</code> attaches 12 MiB, has three children, and lets each
			touch some pages. The first child attaches the segment again, to read
			only.`,
		],
		type: [{ command: "spans", lines: true }, { command: "spans" }],
		look: [
			`Thick lines are grafts: they lead to tables that stand at the segment,
			and there is only one of each.`,
			`Choose such a table: it says who holds it. Bit 9 of the directory's
			entry marks the graft.`,
			`The attach that may only read uses the same table: the writable bit is
			missing one level higher, in the directory.`,
		],
	},
	{
		title: "Exercise 1: a page that is shared",
		says: [
			`Two processes run <code>shmchat</code> and attach the same segment. What
			do their maps have in common, what has the kernel counted, and how much
			memory does it take?`,
		],
		type: [
			{ command: "shmchat alice &" },
			{ command: "shmchat bob &" },
			{ command: "ps" },
			{ command: "ipcs; ipcs -u" },
			{ command: "shmchat carol &" },
		],
		look: [
			"Two pages are allocated and one is resident: why?",
			`Choose both lines: the addresses are equal, and the frame in both tables
			is the same.`,
			`What does <code>ipcs</code> print after <code>kill -9</code> of one of
			them, and which function has counted that?`,
			`To check: <code>vm_object_page()</code>, <code>vm_fault()</code>,
			<code>shm_detach_all()</code>.`,
		],
	},
	{
		title: "Exercise 2: make shmdt forget",
		says: [
			`<code>IPC_STAT</code> says who attached or detached last. In another
			kernel the line that records this at a detach is taken out (the defect
			B10 in tests/mutants). The test of <code>shmdt</code> runs on both:
			which of its lines notices?`,
		],
		type: [
			{
				command: "shmdt",
				kernel: "release",
				says: "shmdt, on the kernel as it is",
			},
			{
				command: "shmdt",
				kernel: "forget",
				says: "shmdt, on the one that forgets",
			},
		],
		look: [
			`A line <code>not ok</code> begins with the branch of the contract that
			does not hold: look it up in docs/conformance.md.`,
			`Why do <code>exit</code> and <code>exec</code> depend on the same line
			as <code>shmdt</code>?`,
			`Where would the line have to stand to be right for <code>shmdt</code>
			and wrong for <code>exit</code>?`,
		],
	},
	{
		title: "Exercise 3: why is it refused?",
		says: [
			`<code>refused</code> makes four calls that fail with the same error (its
			source is in docs/labs.md). First write down why each will be refused,
			then ask the debug kernel, which says why.`,
		],
		type: [
			{ command: "refused", kernel: "release", says: "refused" },
			{
				command: "refused",
				kernel: "debug",
				says: "refused, with the debug kernel",
			},
		],
		look: [
			`Each <code>why:</code> is a line of the kernel's log: it names the
			process, the call and the reason.`,
			`If a call is wrong in two ways at once, which error does it return? To
			check: the rows with a <code>&gt;</code> in docs/conformance.md.`,
		],
	},
	{
		title: "Exercise 5: use up shmall, and lower it",
		says: [
			`<code>shmall</code> limits the pages of all segments together. What
			happens to a segment that exists when the limit is lowered below it?`,
		],
		type: [
			{
				command: "echo 4 > /proc/sys/kernel/shmall; ipcmk -M 16384; ipcmk -M 1",
				kernel: "debug",
				says: "4 pages, then 1 more",
			},
			{
				command: "echo 1 > /proc/sys/kernel/shmall; ipcs -u",
				says: "lower shmall to 1",
			},
			{
				command: "ipcrm -m 65536; ipcmk -M 4096",
				says: "remove it, and make one of one page",
			},
		],
		look: [
			`Four pages are in use where one is allowed, and the segment still works:
			why?`,
			`When does a removed segment stop counting? Attach it by
			<code>shmchat</code> before you remove it, and look.`,
			`Why is the limit charged before the object is made? To check: the defect
			B6 in tests/mutants.`,
		],
	},
];
