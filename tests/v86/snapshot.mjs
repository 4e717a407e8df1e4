// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: node tests/v86/snapshot.mjs INITRD
 * Prints, in TAP without a plan, whether readSnapshot() says what the kernel itself says: the monitor commands of
 * its gdb stub while it is stopped, and the files of /proc while it stands still. v86.t runs it.
 *
 * The stub stops the kernel at functions, so that the moments are the same in every run, or where
 * it happens to be; what is compared holds at any moment. A breakpoint is never passed a second
 * time, since v86 has no single step: the next one must be elsewhere.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { boot, build } from "../../tools/v86.mjs";
import { KIND, TornError, atRest, readEntries, readSnapshot } from "../../web/snapshot.js";

const PROMPT = "isthmus# ";
const PATIENCE = 60000; // milliseconds until a guest that says nothing is given up
const kernel = path.join(build, "release/isthmus.elf");
const layout = JSON.parse(fs.readFileSync(path.join(build, "release/layout.json")));
const symbols = new Map(execFileSync("nm", [kernel], { encoding: "utf8" }).split("\n")
	.map((line) => line.split(" ")).map(([address, , name]) => [name, address]));
let count = 0;

function ok(name, passed, ...why) {
	console.log(`${passed ? "ok" : "not ok"} ${++count} - ${name}`);
	if (!passed)
		for (const line of why.flat().slice(0, 10))
			console.log(`# ${line}`);
}

function is(name, got, wanted) {
	ok(name, got === wanted, `got ${got}, wanted ${wanted}`);
}

const hex = (n, digits = 8) => n.toString(16).padStart(digits, "0");

/* ---- The machine ---- */

class Guest {
	/* Boots to the shell's prompt. */
	static async start(initrd, mem) {
		const guest = new Guest();

		guest.text = guest.line = "";
		guest.waiting = [];
		guest.emulator = await boot({ kernel, initrd, mem, words: ["kgdb", "log=com3"], on: {
			com1: (byte) => guest.heard("text", byte),
			com2: (byte) => guest.heard("line", byte),
		} });
		await guest.until(() => guest.text.endsWith(PROMPT));
		return guest;
	}

	heard(what, byte) {
		this[what] += String.fromCharCode(byte);
		this.waiting = this.waiting.filter((check) => !check());
	}

	/* Waits until what the guest has written fulfils the condition. */
	until(condition) {
		return new Promise((done) => {
			const timer = setTimeout(() => {
				console.log(`Bail out! the guest says no more: ${JSON.stringify(this.text.slice(-500))}`);
				process.exit(1);
			}, PATIENCE);
			const check = () => {
				const fulfilled = condition();

				if (fulfilled) {
					clearTimeout(timer);
					setTimeout(done); // not in the middle of the guest's instruction
				}
				return fulfilled;
			};

			if (!check())
				this.waiting.push(check);
		});
	}

	/* Types a line, and waits until the guest has written that text since. */
	async type(line, text) {
		this.text = "";
		this.emulator.serial0_send(line + "\n");
		await this.until(() => this.text.includes(text));
	}

	/* Waits until no process runs: each sleeps, has stopped or has ended. */
	async still() {
		const { cpu } = this.emulator.v86;

		while (cpu.cpl[0] === 3 || !atRest(this.emulator, layout) ||
				this.snapshot().processes.some((p) => p.state === "running"))
			await new Promise((done) => setTimeout(done, 1));
	}

	read = (address, bytes) => this.emulator.read_memory(address, bytes);

	snapshot() {
		return readSnapshot(this.read, layout);
	}

	/* ---- gdb's remote protocol, to the kernel's stub ---- */

	/* Sends a packet, and returns the reply. */
	async packet(data) {
		const sum = [...data].reduce((n, c) => n + c.charCodeAt(0), 0) & 0xff;

		this.line = "";
		this.emulator.serial_send_bytes(1, Buffer.from(`$${data}#${hex(sum, 2)}`));
		return this.reply();
	}

	/* Waits for a packet, acknowledges it, and returns what is in it. */
	async reply() {
		const whole = /\$([^#]*)#../;

		await this.until(() => whole.test(this.line));
		const data = whole.exec(this.line)[1];

		this.line = this.line.slice(this.line.indexOf("#") + 3);
		this.emulator.serial_send_bytes(1, Buffer.from("+"));
		return data;
	}

	/* Returns what the monitor command prints. */
	async monitor(command) {
		let text = "";
		let data = await this.packet(`qRcmd,${Buffer.from(command).toString("hex")}`);

		for (; data[0] === "O" && data !== "OK"; data = await this.reply())
			text += Buffer.from(data.slice(1), "hex").toString("latin1");
		return text;
	}

	/* Stops the kernel where it is. It says so only if it was asked to continue before. */
	async stop() {
		this.line = "";
		this.emulator.serial_send_bytes(1, Buffer.from([3]));
		if (this.continued)
			await this.reply();
		else
			await this.packet("?");
	}

	/* Lets the kernel, which is stopped, run until it comes to the function. */
	async stopAt(name) {
		await this.packet(`Z0,${symbols.get(name)},1`);
		await this.packet("c");
		const pc = (await this.packet("g")).slice(64, 72).match(/../g).reverse().join("");

		await this.packet(`z0,${symbols.get(name)},1`);
		return pc === symbols.get(name);
	}

	async proceed() {
		this.line = "";
		this.continued = true;
		this.emulator.serial_send_bytes(1, Buffer.from("$c#63"));
		await this.until(() => this.line.includes("+"));
	}
}

/* ---- What the monitor would print, made of a snapshot ---- */

const STATES = { running: "R (running)", sleeping: "S (sleeping)", stopped: "T (stopped)",
	zombie: "Z (zombie)" };

function psOf({ processes }) {
	return processes.map((p) => `${p.pid} ${p.ppid} ${STATES[p.state]} ${p.waits ?? "-"} ${p.name}`);
}

function shmOf({ processes, segments }) {
	const owner = (p) => processes.find((q) => q.pid === (p.borrows || p.pid));

	return segments.flatMap((s) => [
		`segment ${s.shmid}: key 0x${hex(s.key >>> 0)}, mode ` +
		(s.mode | (s.removed << 9) | (s.locked << 10)).toString(8) +
		`, ${s.bytes} bytes, ${s.resident} pages resident, nattch ${s.nattch}`,
		...processes.flatMap((p) => owner(p).attaches.filter((a) => a.shmid === s.shmid).map((a) =>
			`    process ${p.pid} (${p.name}) at 0x${hex(a.address)}-0x${hex(a.address + a.bytes)} ` +
			`${a.prot.slice(0, 2)}, from page ${a.offset / 4096}`)),
	]);
}

function framesOf({ frames }) {
	const { kind } = frames;
	const n = (...kinds) => kind.filter((k) => kinds.includes(k)).length;

	return [
		`${frames.total} frames: ${frames.free} free, ${frames.kernel} the kernel's, ` +
		`${frames.promised} promised to programs`,
		`in use: ${n(KIND.TABLE)} page tables, ${n(KIND.SEGMENT, KIND.PRIVATE, KIND.FILE)} user ` +
		`pages; ${n(KIND.NONE)} frames below 0x${hex(kind.length, 5)} are not RAM`,
	];
}

/* The beginning of each line of maps: range, rights, and for an attach its offset and segment. */
function mapsOf(p) {
	return p.maps.map((m) => {
		const a = p.attaches.find((b) => b.address === m.address);

		return `${hex(m.address)}-${hex(m.address + m.bytes)} ${m.prot}${m.shared ? "s" : "p"} ` +
			(a ? `${hex(a.offset)} 00:00 ${a.shmid} ` : "");
	});
}

const lines = (text) => text.split("\n").filter((line) => line !== "");

/* Returns the lines in which two lists differ. */
function differences(got, wanted) {
	const at = [...Array(Math.max(got.length, wanted.length)).keys()];

	return at.filter((i) => got[i] !== wanted[i])
		.map((i) => `the snapshot: ${got[i]}; the kernel: ${wanted[i]}`);
}

/* Returns the addresses of a process whose entries are compared: the first page of what it maps,
 * and the first twenty of each attach. */
function places(p) {
	const pages = p.attaches.flatMap((a) =>
		[...a.ptes.slice(0, 20).keys()].map((i) => a.address + i * 4096));

	return [...new Set([...p.maps.map((m) => m.address), ...pages])];
}

/* Returns where a walk by the kernel finds other entries than readEntries() and the snapshot. */
async function walks(guest, p) {
	const wrong = [];

	for (const address of places(p)) {
		const { pde, pte } = readEntries(guest.read, layout, p, address);
		const text = await guest.monitor(`walk 0x${hex(address)} ${p.pid}`);
		const seen = ["directory", "table"].map((level) =>
			new RegExp(`^ *${level}\\[\\d+\\] = 0x(\\w+)`, "m").exec(text)?.[1] ?? hex(0));
		const attach = p.attaches.find((a) => address >= a.address && address < a.address + a.bytes);
		const kept = attach?.ptes[(address - attach.address) / 4096] ?? pte;

		if (seen[0] !== hex(pde) || seen[1] !== hex(pte))
			wrong.push(`${p.pid} 0x${hex(address)}: ${hex(pde)} ${hex(pte)}; the kernel: ${seen}`);
		if (kept !== pte && !(pde & layout.PTE_LARGE))
			wrong.push(`${p.pid} 0x${hex(address)}: the attach has ${hex(kept)}, not ${hex(pte)}`);
	}
	return wrong;
}

/* Compares all that the monitor says, of a kernel that is stopped, with a snapshot. Returns that. */
async function compare(guest, moment) {
	const snapshot = guest.snapshot();
	const spaces = snapshot.processes.filter((p) => p.directory !== 0);
	const ps = lines(await guest.monitor("ps")).slice(1)
		.map((line) => line.replace(/^[ *] */, "").replace(/ +/g, " "));
	const wrong = [
		...differences(psOf(snapshot), ps),
		...differences(shmOf(snapshot), lines(await guest.monitor("shm"))),
		...differences(framesOf(snapshot), lines(await guest.monitor("frames"))),
	];

	for (const p of spaces) {
		const maps = lines(await guest.monitor(`maps ${p.pid}`));
		const got = mapsOf(p);

		wrong.push(...differences(got, maps.map((line, i) => line.slice(0, got[i]?.length))));
		wrong.push(...await walks(guest, p));
	}
	ok(`${moment}: the snapshot is what the kernel says`, wrong.length === 0, wrong);
	is(`${moment}: the kernel's own check`, (await guest.monitor("check")).trim(), "ok");
	return snapshot;
}

/* ---- The moments ---- */

/* shmlife: attached by two, by one, removed, gone. */
async function shmlife(guest) {
	const at = async (name) => {
		ok(`shmlife comes to ${name}`, await guest.stopAt(name));
		return compare(guest, `shmlife at ${name}`);
	};

	await guest.stop();
	guest.emulator.serial0_send("shmlife\n");
	is("shmlife: no segment yet", (await at("sys_shmget")).segments.length, 0);
	let s = await at("sys_shmat");
	is("shmlife: a segment that nobody has attached", s.segments[0].nattch, 0);
	s = await at("sys_fork");
	is("shmlife: attached once", s.segments[0].nattch, 1);
	is("shmlife: both pages are touched", s.segments[0].resident, 2);
	s = await at("sys_shmdt");
	is("shmlife: attached twice", s.segments[0].nattch, 2);
	const [parent, child] = s.processes.filter((p) => p.name === "shmlife");
	const frames = [parent, child].map((p) => p.attaches[0].ptes.map((pte) => pte >>> 12).join());
	is("shmlife: both see the same frames", frames[0], frames[1]);
	is("shmlife: those of the segment", frames[0], s.segments[0].frames.join());
	is("shmlife: by one table, which is grafted",
		[parent, child].map((p) => p.tables.find((t) => t.span === 256))
			.map((t) => `${t.grafted} ${t.shared} ${t.shmid}`).join(), // MMAP_BASE is in span 256
		Array(2).fill(`true true ${s.segments[0].shmid}`).join());
	s = await at("sys_waitpid");
	is("shmlife: attached once again", s.segments[0].nattch, 1);
	s = await at("sys_shmdt");
	ok("shmlife: removed, and still there", s.segments[0].removed && s.segments[0].nattch === 1);
	is("shmlife: gone", (await at("sys_shmctl")).segments.length, 0);
	guest.text = "";
	await guest.proceed();
	await guest.until(() => guest.text.endsWith(PROMPT));
	ok("shmlife has seen what it should", guest.text.includes("Everything happened as described"));
}

/* prodcons, stopped wherever it is and where it yields. */
async function prodcons(guest) {
	await guest.type("prodcons 300000", "]");
	for (let i = 1; i <= 3; i++) {
		await guest.stop();
		await compare(guest, `prodcons, wherever it is, ${i}`);
		ok(`prodcons comes to sys_sched_yield, ${i}`, await guest.stopAt("sys_sched_yield"));
		const s = await compare(guest, `prodcons at sys_sched_yield, ${i}`);

		is(`prodcons: producer and consumer have the ring, ${i}`, s.segments[0]?.nattch, 2);
		await guest.proceed();
	}
	await guest.until(() => guest.text.endsWith(PROMPT));
}

/* What /proc/PID/pages would be. */
function pagesOf(guest, p) {
	return p.tables.flatMap(({ span, entry, large, grafted }) => {
		const by = large ? "large" : grafted ? "graft" : "own";
		const line = (address, pte) => `${hex(address)} ${hex(pte)} ${hex(entry)} ${by}`;
		const all = [...Array(1024).keys()].map((i) => span * 0x400000 + i * 0x1000);

		return large ? [line(all[0], 0)]
			: all.map((a) => [a, readEntries(guest.read, layout, p, a).pte])
				.filter(([, pte]) => pte !== 0).map(([a, pte]) => line(a, pte));
	});
}

/* What /proc/frames would be, as numbers. */
function ownersOf({ frames }) {
	const value = {
		[KIND.FREE]: () => 0,
		[KIND.KERNEL]: () => 1,
		[KIND.IMAGE]: () => 1,
		[KIND.TABLE]: (f) => (frames.refs[f] > 1 ? 6 : 2),
		[KIND.FILE]: () => 3,
		[KIND.NONE]: () => 4,
		[KIND.PRIVATE]: (f) => (frames.owner[f] === 0 ? 5 : frames.owner[f] + 15),
		[KIND.SEGMENT]: (f) => 0x8000 | (frames.owner[f] & 0x7fff),
	};

	return [...frames.kind].map((kind, f) => `frame 0x${hex(f, 5)}: ${value[kind](f)}`);
}

/* The columns of /proc/sysvipc/shm that the snapshot has. */
function sysvipcOf({ segments }) {
	return segments.map((s) => [s.key, s.shmid,
		(s.mode | (s.removed << 9) | (s.locked << 10)).toString(8), s.bytes, s.cpid, s.lpid,
		s.nattch, s.uid, s.resident * 4096].join(" "));
}

/* Starts look for the files, with names below /proc, and returns their contents while it stands still. */
async function look(guest, files) {
	await guest.type(`cd /proc; /look ${files.join(" ")}`, "ready\r\n");
	await guest.still();
	const text = guest.text.replaceAll("\r", "");

	return new Map(files.map((file) => {
		const start = text.indexOf(`\n${file}\n`) + 1 + file.length;
		const [digits] = /^(\n [0-9a-f]+)*/.exec(text.slice(start));

		return [file, Buffer.from(digits.replace(/\s/g, ""), "hex")];
	}));
}

/* A tree of processes with everything that can be mapped: the monitor, and then /proc. */
async function family(guest) {
	await guest.type("/family &", "ready\r\n");
	await guest.still();
	await guest.stop();
	const s = await compare(guest, "a tree of processes");
	const members = s.processes.filter((p) => p.name === "family");

	is("it has seven, and one that has borrowed its memory", members.length, 8);
	is("the borrower has none of its own", members.filter((p) => p.borrows !== 0 &&
		p.directory === 0).length, 1);
	for (const [what, found] of Object.entries({
		"a graft": (t) => t.grafted && t.shmid !== -1,
		"a table that fork shared": (t) => t.grafted && t.shmid === -1,
		"a large page": (t) => t.large && t.shmid !== -1,
		"a table of one's own": (t) => !t.grafted && !t.large && !t.shared,
	}))
		ok(`among its tables is ${what}`, members.some((p) => p.tables.some(found)));
	ok("among its attaches is a parked page", members.some((p) => p.attaches.some((a) =>
		a.prot === "---" && a.ptes[0] !== 0 && !(a.ptes[0] & layout.PTE_PRESENT))));
	await guest.proceed();

	const pids = s.processes.filter((p) => p.directory !== 0).map((p) => p.pid);
	const files = await look(guest, ["sysvipc/shm", "sysvipc/check",
		...pids.flatMap((pid) => [`${pid}/maps`, `${pid}/pages`]), "frames"]);
	const now = guest.snapshot();
	const text = (file) => lines(files.get(file).toString("latin1"));
	const wrong = pids.flatMap((pid) => {
		const p = now.processes.find((q) => q.pid === pid);
		const maps = mapsOf(p);

		return [
			...differences(maps, text(`${pid}/maps`).map((l, i) => l.slice(0, maps[i]?.length))),
			...differences(pagesOf(guest, p), text(`${pid}/pages`)),
		];
	});
	const frames = files.get("frames");
	const owners = [...Array(frames.length / 2).keys()]
		.map((f) => `frame 0x${hex(f, 5)}: ${frames.readUInt16LE(2 * f)}`);

	ok("/proc/PID/maps and /proc/PID/pages of all that sleep", wrong.length === 0, wrong);
	ok("/proc/frames", frames.length > 0 && differences(ownersOf(now), owners).length === 0,
		differences(ownersOf(now), owners));
	for (const kind of Object.keys(KIND))
		ok(`there are frames of the kind ${kind}`, now.frames.kind.includes(KIND[kind]));
	const rows = text("sysvipc/shm").slice(1).map((line) => line.trim().split(/ +/))
		.map((c) => [...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => c[i]), c[14]].join(" "));

	ok("/proc/sysvipc/shm", differences(sysvipcOf(now), rows).length === 0,
		differences(sysvipcOf(now), rows));
	is("/proc/sysvipc/check", text("sysvipc/check").join(), "ok");
}

/* ---- The screen and the keyboard, which the kernel has to set up by itself ---- */

async function console_(guest) {
	const { emulator } = guest;
	const { vga } = emulator.v86.cpu.devices;
	const screen = () => [...Array(25).keys()].map((y) => emulator.screen_adapter.get_text_row(y));

	is("text mode, 80 by 25", `${vga.graphical_mode} ${vga.max_cols} ${vga.max_rows}`, "false 80 25");
	ok("the screen shows the prompt", screen().some((row) => row.trim() === PROMPT.trim()), screen());
	is("grey on black", [7, 0].map((i) => hex(vga.vga256_palette[vga.dac_map[i]], 6)).join(),
		"a8a8a8,000000");
	is("all 16 colours differ", new Set(Array.from(vga.dac_map, (i) =>
		vga.vga256_palette[i])).size, 16);
	guest.text = "";
	emulator.keyboard_send_text("echo Hallo, $((6*7))!\n");
	await guest.until(() => guest.text.endsWith(`\r\n${PROMPT}`));
	is("the keyboard types", guest.text.split("\r\n")[1], "Hallo, 42!");
}

/* ---- Memory that the kernel is just changing ---- */

/* Returns a function that gives numbers below n: xorshift32. */
function random(seed) {
	let x = seed;

	return (n) => {
		x ^= x << 13;
		x ^= x >>> 17;
		x ^= x << 5;
		return (x >>> 0) % n;
	};
}

/* Passes if readSnapshot() throws a TornError. */
function isTorn(name, read) {
	try {
		readSnapshot(read, layout);
		ok(name, false, "it was read");
	} catch (e) {
		ok(name, e instanceof TornError, `${e.stack}`);
	}
}

/* Reads snapshots of memory in which a word, in a frame of the kernel that a snapshot needs, is
 * wrong: each must be read, or be a TornError. */
function torn(guest) {
	const memory = guest.read(0, 64 << 20).slice();
	const words = new Uint32Array(memory.buffer);
	const needed = new Set();
	const read = (address, bytes) => memory.subarray(address, address + bytes);
	const draw = random(1);
	let thrown = 0;

	const { kind } = readSnapshot((address, bytes) => {
		needed.add(address / 4096);
		return read(address, bytes);
	}, layout).frames;
	const places = [...needed].filter((f) => kind[f] === KIND.KERNEL).flatMap((f) =>
		[...Array(1024).keys()].map((i) => f * 1024 + i).filter((at) => words[at] !== 0));

	for (let i = 0; i < 3000; i++) {
		const at = places[draw(places.length)];
		const old = words[at];

		words[at] = [old + 4, old ^ (1 << draw(32)), draw(2 ** 32), 0, 0xffffffff][draw(5)];
		try {
			readSnapshot(read, layout);
		} catch (e) {
			if (!(e instanceof TornError))
				throw e;
			thrown++;
		}
		words[at] = old;
	}
	ok("a wrong word is a TornError, or is read (seed 1)", thrown > 0 && thrown < 3000, `${thrown}`);

	const place = (address, field) => (address - layout.KERNEL_BASE + layout[field]) / 4;
	const slots = words[(Number(layout.shm_slot_chunks) - layout.KERNEL_BASE) / 4];
	const segment = words.subarray((slots - layout.KERNEL_BASE) / 4).find((word) => word !== 0);

	words[place(segment, "vm_object.npages")] = 0xffffffff;
	isTorn("a segment with more pages than there are", read);
	isTorn("memory before the kernel has started", (address, bytes) => new Uint8Array(bytes));
}

const guest = await Guest.start(process.argv[2], 64);

await console_(guest);
await shmlife(guest);
await prodcons(guest);
await family(guest);
torn(guest);
process.exit(0);
