// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads what the kernel's memory says at one moment: processes, segments, who has attached what
 * where, page tables and frames. It follows the kernel's own structures, and changes nothing.
 *
 *	readSnapshot(read, layout)
 *	readEntries(read, layout, process, address)
 *
 * read(address, bytes) returns a Uint8Array of the machine's physical memory, which need not be a
 * copy; with v86 that is emulator.read_memory(). layout is what JSON.parse() makes of the table
 * that the build writes into build/release/layout.json (web/layout.c); it belongs to one kernel.
 *
 * The kernel changes its structures only in ring 0, and is not preempted there. So the memory is
 * to be read while the processor is in user mode, halted or at the first instruction of a call, which
 * atRest(emulator, layout) says. At another moment the kernel may be in the middle of a change: readSnapshot() then may throw a TornError, or
 * return what is not true. It also throws one before the kernel has set up its structures.
 *
 * readSnapshot() returns plain data, which can be kept and compared; all numbers of bytes, pages
 * and frames are plain, and a frame is a page's physical address / 4096:
 *
 * {
 *   frames: {
 *     total, free,        // frames that the allocator has, and those of them not in use
 *     kernel,             // those that the kernel uses itself
 *     promised,           // pages and page tables that are promised to programs, taken or not
 *     kind: Uint8Array,   // by frame: one of KIND below
 *     refs: Uint32Array,  // by frame: the count of references; 0: free, or not the allocator's
 *     owner: Int32Array,  // by frame: the shmid of a SEGMENT's page; the pid of a PRIVATE page that
 *                         // one process has alone, 0 if several share it until one writes; else 0
 *   },
 *   processes: [{         // oldest first, zombies included
 *     pid, ppid,          // ppid 0: init
 *     uid,                // effective
 *     name,
 *     state,              // "running" (or ready to run), "sleeping", "stopped", "zombie"
 *     waits,              // what a sleeping one sleeps on, as in /proc/PID/wchan; else null
 *     current,            // it is the process on the processor, or the last that was
 *     borrows,            // the pid whose memory it uses, after vfork(); else 0. It has no
 *                         // attaches and no tables of its own then: they are that process's
 *     directory,          // the frame of its page directory; 0: it has no memory (a zombie)
 *     mapped, resident,   // pages that it has mapped; those of them that have an entry in its tables
 *     maps: [{            // all that it has mapped, in order of address, as /proc/PID/maps
 *       address, bytes,
 *       prot,             // "rwx", "r--"
 *       shared,           // a shared mapping (segments are), not a private one
 *       stack,            // the stack, which grows downwards
 *       shmid,            // the segment that it shows; -1: none
 *     }],
 *     attaches: [{        // in order of address; one that munmap() cut has a row for each piece
 *       shmid, address, bytes,
 *       offset,           // bytes into the segment at which it begins
 *       readonly,         // its rights, now, do not include writing
 *       prot,             // "rw-", "---"
 *       ptes: Uint32Array // by page: what the processor finds in the page table; 0: nothing yet. In
 *                         // a large page: what it would find, with the frame of that page
 *     }],
 *     tables: [{          // the entries of its directory that are not 0, in order of address
 *       span,             // index in the directory; it maps [span << 22, (span + 1) << 22)
 *       entry,            // the directory's entry as it is
 *       frame,            // the frame of the page table, or the first of a large page
 *       grafted,          // it is a table that others hold, too: a segment's own, or a fork's
 *       large,            // there is no table: the entry maps a page of 4 MiB
 *       shared,           // references on the table's frame are more than one
 *       shmid,            // the segment that has this table, or this large page; -1: none
 *       present,          // how many of its entries are not 0 (1,024 if large)
 *     }],
 *   }],
 *   segments: [{          // by slot
 *     shmid, key, uid,    // uid: its owner
 *     mode,               // the nine bits
 *     bytes,              // as asked for
 *     nattch,
 *     cpid, lpid,
 *     removed, locked, huge,
 *     resident,           // pages that have a frame
 *     frames: Uint32Array // by page: its frame; 0: none yet
 *     tables: [frame]     // the frames of its own page tables, by 4 MiB; 0: none yet
 *   }],
 * }
 *
 * readEntries() returns { pde, pte }: the two entries by which the processor translates the
 * address, at this moment. pte is 0 if there is no table, or a large page.
 */

/* What a frame is used for. */
export const KIND = {
	NONE: 0, // not RAM
	FREE: 1,
	KERNEL: 2,
	TABLE: 3, // a page table
	SEGMENT: 4, // a page of a segment
	PRIVATE: 5, // a page of a process; after a fork perhaps of several, until one writes
	FILE: 6, // a page of a file, or of a shared mmap
	IMAGE: 7, // the kernel's image and the boot module
};

/* The kernel is in the middle of a change, or not started. */
export class TornError extends Error {}

/* Returns whether the kernel's structures can be read now: the processor is in user mode, or halted
 * until an interrupt, or at the kernel's first instruction of a call. v86 likes to stop at the
 * last: it looks at its clock where a program leaves the code that it has compiled. */
export function atRest(emulator, layout) {
	const cpu = emulator.v86.cpu;

	return cpu.cpl[0] === 3 || cpu.in_hlt[0] !== 0 ||
		cpu.instruction_pointer[0] >>> 0 === Number(layout.vector_syscall);
}

/* The pages of 4 GiB: no list of the kernel has more elements. */
const MOST = 1 << 20;

/* Returns the words of a Uint8Array, as an array that is aligned. */
function words(bytes) {
	const whole = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();

	return new Uint32Array(whole.buffer, whole.byteOffset, whole.length >> 2);
}

/* The kernel's memory, read by the kernel's addresses and the layout's names. */
class Kernel {
	constructor(read, layout) {
		this.read = read;
		this.layout = layout;
		this.base = layout.KERNEL_BASE;
		this.pageShift = layout.PAGE_SHIFT;
		this.pages = new Map();
	}

	/* Returns the words of a frame. */
	frame(number) {
		let page = this.pages.get(number);

		if (page === undefined) {
			const bytes = 1 << this.pageShift;

			page = words(this.read(number * bytes, bytes));
			if (page.length !== bytes >> 2)
				throw new TornError(`there is no frame ${number}`);
			this.pages.set(number, page);
		}
		return page;
	}

	/* Returns the word at a kernel address. */
	word(address) {
		const physical = address - this.base;

		if (physical < 0 || physical % 4 !== 0)
			throw new TornError(`0x${address.toString(16)} is no address of a word`);
		return this.frame(physical >>> this.pageShift)[(physical >> 2) % 1024];
	}

	/* Returns count words from a kernel address on, which lie one after the other in memory. */
	array(address, count) {
		const physical = address - this.base;
		const array = physical < 0 ? [] : words(this.read(physical, 4 * count));

		if (array.length !== count)
			throw new TornError(`there are no ${count} words at 0x${address.toString(16)}`);
		return array;
	}

	byte(address) {
		return (this.word(address - (address % 4)) >>> (8 * (address % 4))) & 0xff;
	}

	/* Returns the text at an address, at most that long, up to a NUL. */
	text(address, longest) {
		const bytes = [];

		for (let i = 0; i < longest && this.byte(address + i) !== 0; i++)
			bytes.push(this.byte(address + i));
		return new TextDecoder().decode(new Uint8Array(bytes));
	}

	/* Returns the address of a variable, the value of a variable, and of a field. */
	symbol(name) {
		return Number(this.layout[name]);
	}
	variable(name) {
		return this.word(this.symbol(name));
	}
	field(address, name) {
		return this.word(address + this.layout[name]);
	}
	byteField(address, name) {
		return this.byte(address + this.layout[name]);
	}

	/* Returns the addresses of a list's elements, of which each has that field for the next. */
	list(first, next) {
		const elements = [];

		for (let at = first; at !== 0; at = this.field(at, next)) {
			if (elements.length === MOST)
				throw new TornError("a list has no end");
			elements.push(at);
		}
		return elements;
	}
}

/* ---- Segments ---- */

/* Returns the frame of each of an object's page tables, 0 where there is none yet. */
function objectTables(kernel, object) {
	const { PTAB_PAGES } = kernel.layout;
	const pages = kernel.field(object, "vm_object.npages");
	const tables = kernel.field(object, "vm_object.tables");

	return Array.from({ length: Math.ceil(pages / PTAB_PAGES) }, (_, i) =>
		kernel.word(tables + 4 * i));
}

/* Returns the frame of each page of an object, 0 where there is none yet. */
function objectFrames(kernel, object, tables) {
	const frames = new Uint32Array(kernel.field(object, "vm_object.npages"));

	tables.forEach((table, t) => {
		if (table === 0)
			return;
		const first = t * kernel.layout.PTAB_PAGES;
		const entries = kernel.frame(table);

		for (let i = 0; i < entries.length && first + i < frames.length; i++)
			frames[first + i] = entries[i] >>> kernel.pageShift;
	});
	return frames;
}

function readSegment(kernel, segment) {
	const { layout } = kernel;
	const perm = kernel.field(segment, "shm_segment.perm.mode");
	const slot = kernel.field(segment, "shm_segment.slot");
	/* The object is the segment's first member. */
	const tables = objectTables(kernel, segment);

	return {
		shmid: ((kernel.field(segment, "shm_segment.perm.seq") & 0xffff) << 16) | slot,
		key: kernel.field(segment, "shm_segment.perm.key") | 0,
		uid: kernel.field(segment, "shm_segment.perm.uid"),
		mode: perm & 0o777,
		bytes: kernel.field(segment, "shm_segment.segsz"),
		nattch: kernel.field(segment, "shm_segment.nattch"),
		cpid: kernel.field(segment, "shm_segment.cpid") | 0,
		lpid: kernel.field(segment, "shm_segment.lpid") | 0,
		removed: (perm & layout.SHMSEG_REMOVED) !== 0,
		locked: kernel.byteField(segment, "shm_segment.locked") !== 0,
		huge: kernel.byteField(segment, "vm_object.large") !== 0,
		resident: kernel.field(segment, "vm_object.resident"),
		frames: objectFrames(kernel, segment, tables),
		tables,
	};
}

/* Returns the segments by the addresses of their objects, in the order of slots. */
function readSegments(kernel) {
	const { layout } = kernel;
	const segments = new Map();
	const chunks = kernel.symbol("shm_slot_chunks");

	for (let chunk = 0; chunk < layout.SHM_SLOTS_MAX / layout.SHM_CHUNK; chunk++) {
		const slots = kernel.word(chunks + 4 * chunk);

		for (const segment of slots === 0 ? [] : kernel.array(slots, layout.SHM_CHUNK))
			if (segment !== 0 && !(kernel.field(segment, "shm_segment.perm.mode") &
					layout.SHMSEG_CREATING))
				segments.set(segment, readSegment(kernel, segment));
	}
	return segments;
}

/* ---- Processes ---- */

/* Returns the entry that translates an address: that of a page table; where a large page is, the
 * one that a page table would have; 0 if there is none. */
function pageEntry(kernel, directory, address) {
	const { layout } = kernel;
	const pde = directory[address >>> layout.SPAN_SHIFT];
	const index = (address >>> kernel.pageShift) % layout.PTAB_PAGES;

	if (pde === 0)
		return 0;
	if (pde & layout.PTE_LARGE)
		return (pde - layout.PTE_LARGE + (index << kernel.pageShift)) >>> 0;
	return kernel.frame(pde >>> kernel.pageShift)[index];
}

/* Calls visit(page, pte) for each page of [start, end) whose entry is not 0; page counts from
 * start. Spans without a table are not walked. */
function eachEntry(kernel, directory, start, end, visit) {
	const { PTAB_PAGES, PTE_LARGE } = kernel.layout;
	const first = start >>> kernel.pageShift;
	const last = end / (1 << kernel.pageShift);

	for (let at = first; at < last; ) {
		const next = Math.min(last, at - (at % PTAB_PAGES) + PTAB_PAGES);
		const pde = directory[Math.floor(at / PTAB_PAGES)];
		const table = pde === 0 || pde & PTE_LARGE ? null : kernel.frame(pde >>> kernel.pageShift);

		for (; pde !== 0 && at < next; at++) {
			const pte = table === null ? pageEntry(kernel, directory, at << kernel.pageShift)
				: table[at % PTAB_PAGES];

			if (pte !== 0)
				visit(at - first, pte);
		}
		at = next;
	}
}

/* Returns how many entries of a page table are not 0. */
function inUse(table) {
	let n = 0;

	for (let i = 0; i < table.length; i++)
		n += table[i] !== 0;
	return n;
}

/* Returns "rwx" with a - for each right that is missing. */
function rights(layout, prot) {
	return [["r", layout.PROT_READ], ["w", layout.PROT_WRITE], ["x", layout.PROT_EXEC]]
		.map(([letter, bit]) => (prot & bit ? letter : "-"))
		.join("");
}

/* Returns the frame of a page of an object, 0 if it has none yet, or is beyond the object's end. */
function objectPage(kernel, object, page) {
	const { PTAB_PAGES } = kernel.layout;

	if (page >= kernel.field(object, "vm_object.npages"))
		return 0;
	const tables = kernel.field(object, "vm_object.tables");
	const table = kernel.word(tables + 4 * Math.floor(page / PTAB_PAGES));

	return table === 0 ? 0 : kernel.frame(table)[page % PTAB_PAGES] >>> kernel.pageShift;
}

/* Returns a row of maps. */
function readMapping(kernel, segments, entry) {
	const { layout } = kernel;
	const flags = kernel.byteField(entry, "vm_entry.flags");
	const object = kernel.field(entry, "vm_entry.object");
	const address = kernel.field(entry, "vm_entry.start");

	return {
		address,
		bytes: kernel.field(entry, "vm_entry.end") - address,
		prot: rights(layout, kernel.byteField(entry, "vm_entry.prot")),
		shared: kernel.byteField(entry, "vm_entry.inherit") === layout.VM_SHARE,
		stack: (flags & layout.VM_STACK) !== 0,
		shmid: flags & layout.VM_ATTACH ? (segments.get(object)?.shmid ?? -1) : -1,
	};
}

/* Returns a row of attaches, for a row of maps that is one. */
function attachOf(kernel, entry, map) {
	return {
		shmid: map.shmid,
		address: map.address,
		bytes: map.bytes,
		offset: kernel.field(entry, "vm_entry.pgoff") * (1 << kernel.pageShift),
		readonly: map.prot[1] !== "w",
		prot: map.prot,
		ptes: new Uint32Array(map.bytes >>> kernel.pageShift),
	};
}

/* Returns the entries of a directory, with what is known of each table. owners has the segment of
 * each table and large page. */
function readTables(kernel, directory, frames, owners) {
	const { layout } = kernel;
	const tables = [];

	for (let span = 0; span < layout.USER_END >>> layout.SPAN_SHIFT; span++) {
		const entry = directory[span];

		if (entry === 0)
			continue;
		const frame = entry >>> kernel.pageShift;
		const large = (entry & layout.PTE_LARGE) !== 0;

		tables.push({
			span,
			entry,
			frame,
			grafted: (entry & layout.PTE_GRAFT) !== 0,
			large,
			shared: frames.refs[frame] > 1,
			shmid: owners.get(frame) ?? -1,
			present: large ? layout.PTAB_PAGES : inUse(kernel.frame(frame)),
		});
	}
	return tables;
}

/* Returns what a process maps in its space and how its tables show it. Its private pages are
 * recorded in frames. */
function readSpace(kernel, space, pid, segments, frames, owners) {
	const number = kernel.field(space, "vm_space.pmap.dir");
	const directory = kernel.frame(number);
	const memory = { directory: number, mapped: 0, resident: 0, maps: [], attaches: [] };

	for (const entry of kernel.list(kernel.field(space, "vm_space.first"), "vm_entry.next")) {
		const map = readMapping(kernel, segments, entry);
		const attach = map.shmid === -1 ? null : attachOf(kernel, entry, map);

		memory.maps.push(map);
		memory.mapped += map.bytes >>> kernel.pageShift;
		if (attach !== null)
			memory.attaches.push(attach);
		eachEntry(kernel, directory, map.address, map.address + map.bytes, (page, pte) => {
			memory.resident++;
			if (attach !== null)
				attach.ptes[page] = pte;
			else if (!map.shared)
				markPrivate(kernel, frames, pid, entry, page, pte);
		});
	}
	memory.tables = readTables(kernel, directory, frames, owners);
	return memory;
}

/* A process without memory of its own. */
const NOTHING = { directory: 0, mapped: 0, resident: 0, maps: [], attaches: [], tables: [] };

function readProcess(kernel, p, segments, frames, owners) {
	const { layout } = kernel;
	const state = kernel.field(p, "proc.state");
	const parent = kernel.field(p, "proc.parent");
	const space = kernel.field(p, "proc.space");
	const lender = kernel.field(p, "proc.lender");
	const pid = kernel.field(p, "proc.pid");

	return {
		pid,
		ppid: parent === 0 ? 0 : kernel.field(parent, "proc.pid"),
		uid: kernel.field(p, "proc.cred.euid"),
		name: kernel.text(p + layout["proc.name"], 16),
		state: { [layout.PROC_SLEEPING]: "sleeping", [layout.PROC_STOPPED]: "stopped",
			[layout.PROC_ZOMBIE]: "zombie" }[state] ?? "running",
		waits: state === layout.PROC_SLEEPING ? kernel.text(kernel.field(p, "proc.why"), 32) : null,
		current: p === kernel.variable("current_process"),
		borrows: lender === 0 ? 0 : kernel.field(lender, "proc.pid"),
		...(space === 0 || lender !== 0 ? NOTHING
			: readSpace(kernel, space, pid, segments, frames, owners)),
	};
}

/* ---- Frames ---- */

/* Returns what the allocator records of each frame. User pages are a file's until
 * markPrivate() and markSegment() know better. */
function readFrames(kernel) {
	const { layout } = kernel;
	const limit = kernel.variable("frame_limit");

	if (limit === 0)
		throw new TornError("the kernel has not started");
	const table = kernel.array(kernel.variable("frame_table"), (limit * layout["frame.size"]) / 4);
	const frames = {
		total: kernel.variable("total"),
		free: 0,
		kernel: kernel.variable("kernel_used"),
		promised: kernel.variable("committed"),
		kind: new Uint8Array(limit),
		refs: new Uint32Array(limit),
		owner: new Int32Array(limit),
	};
	const kinds = { [layout.FRAME_KERNEL]: KIND.KERNEL, [layout.FRAME_TABLE]: KIND.TABLE,
		[layout.FRAME_USER]: KIND.FILE };

	for (let f = 0; f < limit; f++) {
		const refs = table[(f * layout["frame.size"] + layout["frame.refs"]) / 4];
		/* The bits above are what /proc/frames keeps there. */
		const kind = table[(f * layout["frame.size"] + layout["frame.link"]) / 4] & 0xff;

		frames.kind[f] = refs === 0 ? KIND.FREE : (kinds[kind] ?? KIND.NONE);
		frames.refs[f] = refs === layout.FRAME_NEVER ? 0 : refs;
		frames.free += refs === 0;
	}
	return frames;
}

/* Record that a private mapping of a process shows a frame, unless that is a page of the file that
 * it maps, which it has not written to. */
function markPrivate(kernel, frames, pid, entry, page, pte) {
	const frame = pte >>> kernel.pageShift;
	const object = kernel.field(entry, "vm_entry.object");
	const first = kernel.field(entry, "vm_entry.pgoff");

	if (frames.kind[frame] !== KIND.FILE && frames.kind[frame] !== KIND.PRIVATE)
		return;
	if (frames.refs[frame] !== 1 && object !== 0 && objectPage(kernel, object, first + page) === frame)
		return;
	frames.kind[frame] = KIND.PRIVATE;
	frames.owner[frame] = frames.refs[frame] === 1 ? pid : 0;
}

function markSegment(frames, segment) {
	for (const frame of segment.frames)
		if (frame !== 0) {
			frames.kind[frame] = KIND.SEGMENT;
			frames.owner[frame] = segment.shmid;
		}
}

/* Record the frames of the kernel's image and of the boot module. */
function markImage(kernel, frames) {
	const { layout } = kernel;
	const count = kernel.variable("machine_kept_count");

	for (let i = 0; i < count; i++) {
		const range = kernel.symbol("machine_kept") + i * layout["ram_range.size"];

		frames.kind.fill(KIND.IMAGE, kernel.field(range, "ram_range.start"),
			kernel.field(range, "ram_range.end"));
	}
}

/* ---- What others call ---- */

/* Returns the snapshot that the head of this file describes. */
export function readSnapshot(read, layout) {
	const kernel = new Kernel(read, layout);
	const frames = readFrames(kernel);
	const segments = readSegments(kernel);
	const owners = new Map();

	markImage(kernel, frames);
	for (const segment of segments.values()) {
		markSegment(frames, segment);
		for (const table of segment.tables)
			owners.set(table, segment.shmid);
		if (segment.huge)
			for (let page = 0; page < segment.frames.length; page += layout.PTAB_PAGES)
				owners.set(segment.frames[page], segment.shmid);
	}
	owners.delete(0);
	return {
		frames,
		processes: kernel.list(kernel.variable("proc_list"), "proc.all.next")
			.map((p) => readProcess(kernel, p, segments, frames, owners)),
		segments: [...segments.values()],
	};
}

/* Returns the two entries by which the processor translates an address of a process, a row of
 * processes: of the directory and of the page table. */
export function readEntries(read, layout, process, address) {
	const kernel = new Kernel(read, layout);
	const directory = process.directory === 0 ? null : kernel.frame(process.directory);
	const pde = directory === null ? 0 : directory[address >>> layout.SPAN_SHIFT];

	return {
		pde,
		pte: pde === 0 || pde & layout.PTE_LARGE ? 0 : pageEntry(kernel, directory, address),
	};
}
