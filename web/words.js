// SPDX-License-Identifier: BSD-2-Clause
//
// Says in words what the picture shows of one thing: a process, a segment, a page table, an
// attach with the entries of the directory and of the table bit by bit, or a frame.
import { keyOf } from "./arrange.js";
import { element, hex } from "./element.js";
import { KINDS } from "./memory.js";
import { sizeOf } from "./picture.js";

// The bits of an entry, from bit 0 (Intel SDM vol. 3, 4.3); bit 9 is the kernel's own.
const BITS = [
	["P", "present"],
	["W", "writable"],
	["U", "programs may use it"],
	["WT", "write-through"],
	["CD", "not cached"],
	["A", "accessed"],
	["D", "dirty"],
	["L", "large page"],
	["G", "global"],
	["9", "graft"],
	["10", "unused"],
	["11", "unused"],
];

// An entry of 32 bits: the frame, and each of the twelve bits below it.
export function entryTable(entry, table) {
	const bits = BITS.map(([sign, name], i) => {
		const on = (entry >>> i) & 1;
		const means =
			table && i === 9
				? "parked: not present, but it keeps its frame"
				: table && i === 7
					? "memory type"
					: name;
		return {
			cell: element(
				"td",
				{
					className: on ? "on" : "off",
					title: `bit ${i}, ${means}: ${on ? "yes" : "no"}`,
				},
				String(on),
			),
			head: element(
				"th",
				{ scope: "col", title: means },
				table && i === 7 ? "PAT" : sign,
			),
			on,
			means,
		};
	}).reverse();
	const said = bits
		.filter((b) => b.on)
		.map((b) => b.means)
		.reverse();
	return element(
		"div",
		{ className: "entry" },
		element(
			"table",
			{},
			element(
				"thead",
				{},
				element(
					"tr",
					{},
					element("th", { scope: "col" }, "frame"),
					bits.map((b) => b.head),
				),
			),
			element(
				"tbody",
				{},
				element(
					"tr",
					{},
					element("td", {}, hex(entry >>> 12, 5)),
					bits.map((b) => b.cell),
				),
			),
		),
		element("p", {}, `${hex(entry)}: ${said.join(", ") || "nothing"}`),
	);
}

function facts(...pairs) {
	return element(
		"dl",
		{},
		pairs
			.filter(([, value]) => value !== null && value !== "")
			.flatMap(([name, value]) => [
				element("dt", {}, name),
				element("dd", {}, String(value)),
			]),
	);
}

const range = (address, bytes) => `${hex(address)} to ${hex(address + bytes)}`;
const plural = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;

function sayProcess(p) {
	const maps = p.maps.slice(0, 40).map((m) =>
		element(
			"tr",
			{},
			[
				hex(m.address),
				sizeOf(m.bytes),
				m.prot,
				m.shared ? "shared" : "private",
				m.shmid >= 0 ? `segment ${m.shmid}` : m.stack ? "stack" : "",
			].map((cell) => element("td", {}, cell)),
		),
	);
	const does = p.state === "sleeping" && p.waits ? `sleeps, waits for ${p.waits}` : p.state;
	return [
		element("h3", {}, `Process ${p.pid}, ${p.name}`),
		facts(
			["state", does],
			["parent", p.ppid || "none"],
			["user", p.uid],
			[
				"uses the memory of",
				p.borrows ? `process ${p.borrows}, after vfork` : "",
			],
			[
				"mapped",
				`${sizeOf(p.mapped * 4096)}; ${plural(p.resident, "page")} of it in a table`,
			],
			["attaches", p.attaches.length],
			[
				"page tables",
				p.tables
					.map(
						(t) =>
							`${hex(t.frame, 0)}${t.grafted ? " (grafted)" : ""}`,
					)
					.join(", "),
			],
			["directory", p.directory ? `frame ${hex(p.directory, 0)}` : "none"],
		),
		maps.length
			? element(
					"table",
					{ className: "list" },
					element("caption", {}, "What it has mapped"),
					element("tbody", {}, maps),
				)
			: "",
	];
}

function saySegment(s, moment) {
	const holders = moment.processes.filter((p) => p.attaches.some((a) => a.shmid === s.shmid));
	const marks = [
		s.removed && "removed: its id is invalid, the memory stays until the last detach",
		s.locked && "locked",
		s.huge && "in pages of 4 MiB",
	].filter(Boolean);
	return [
		element("h3", {}, `Segment ${s.shmid}`),
		facts(
			[
				"size",
				`${s.bytes.toLocaleString("en")} bytes, ${plural(s.frames.length, "page")}`,
			],
			[
				"resident",
				`${plural(s.resident, "page")}: the others get a frame at the first touch`,
			],
			["nattch", s.nattch],
			[
				"attached by",
				holders.map((p) => `${p.pid} ${p.name}`).join(", ") || "nobody",
			],
			["key", s.key ? hex(s.key) : "IPC_PRIVATE"],
			["mode", s.mode.toString(8).padStart(4, "0")],
			["owner", s.uid],
			["made by", `process ${s.cpid}`],
			["last used by", s.lpid ? `process ${s.lpid}` : ""],
			["state", marks.join("; ")],
			[
				"its page tables",
				s.tables
					.filter(Boolean)
					.map((t) => hex(t, 0))
					.join(", "),
			],
			[
				"frames",
				[...s.frames]
					.slice(0, 16)
					.map((f) => (f ? hex(f, 0) : "none"))
					.join(", ") + (s.frames.length > 16 ? ", …" : ""),
			],
		),
	];
}

function sayTable(box) {
	const { table, holders } = box;
	const many =
		table.shmid >= 0
			? `It is the table of segment ${table.shmid} itself, grafted into the directory: ` +
				"a page that one process touches is present for all that hold it."
			: holders.length > 1
				? "A fork lets these processes hold one table until one of them changes it."
				: "It is this process's own.";
	return [
		element(
			"h3",
			{},
			table.large
				? `A page of 4 MiB, frame ${hex(table.frame, 0)}`
				: `Page table in frame ${hex(table.frame, 0)}`,
		),
		facts(
			["maps", range(table.span * 2 ** 22, 2 ** 22)],
			["present", `${table.present} of 1,024 entries`],
			[
				"held by",
				holders.map((h) => `${h.process.pid} ${h.process.name}`).join(", "),
			],
		),
		element("p", {}, many),
		element(
			"h4",
			{},
			`Entry ${table.span} of the directory of process ${holders[0].process.pid}`,
		),
		entryTable(table.entry, false),
	];
}

// page: the number of the attach's page whose entries are shown.
function sayAttach(p, a, page) {
	const address = a.address + page * 4096;
	const span = address >>> 22;
	const table = p.tables.find((t) => t.span === span);
	const pte = a.ptes[page] ?? 0;
	const present = a.ptes.filter((e) => e & 1).length;
	const by = !table
		? ""
		: table.large
			? "a large page"
			: table.grafted
				? "the segment's own page table, grafted"
				: "a page table of the process";
	const entries = [element("h4", {}, `Entry ${span} of the directory, for page ${page}`)];
	if (!table) entries.push(element("p", {}, "0: the first touch will fill it."));
	else entries.push(entryTable(table.entry, false));
	if (table && !table.large) {
		entries.push(element("h4", {}, `Entry ${(address >>> 12) & 1023} of the table`));
		entries.push(
			pte
				? entryTable(pte, true)
				: element("p", {}, "0: the first touch of this page will fill it."),
		);
	}
	return [
		element("h3", {}, `Segment ${a.shmid} in process ${p.pid}, ${p.name}`),
		element(
			"div",
			{ className: "pair" },
			facts(
				["from", hex(a.address)],
				["to", hex(a.address + a.bytes)],
				["page", `${page}, at ${hex(address)}`],
				["protection", a.prot],
				["begins at", a.offset ? `byte ${a.offset}` : ""],
				["present", `${present} of ${plural(a.ptes.length, "page")}`],
				["by", by],
			),
			element("div", {}, entries),
		),
	];
}

function sayFrame(frame, moment) {
	const { kind, owner, refs } = moment.frames;
	const name = KINDS.find((k) => k.kind === kind[frame])?.name ?? "not RAM";
	const whose =
		name === "segment"
			? `segment ${owner[frame]}`
			: name === "process"
				? owner[frame]
					? `process ${owner[frame]}`
					: "shared by several until one writes"
				: "";
	return [
		element("h3", {}, `Frame ${hex(frame, 0)}`),
		facts(
			["physical address", hex(frame * 4096)],
			["used for", name],
			["whose", whose],
			["references", refs && refs[frame] < 0xffffffff ? refs[frame] : ""],
		),
	];
}

// Returns the elements that describe the thing with the key, or null if it is no more.
export function describe(key, moment, boxes, page = 0) {
	const [what, a, b] = (key ?? "").split(" ");
	if (what === "frame") return sayFrame(Number(a), moment);
	const process = moment.processes.find((p) => p.pid === Number(a));
	const attach = process?.attaches.find((x) => x.address === Number(b));
	if (what === "attach")
		return attach
			? sayAttach(process, attach, Math.min(page, attach.ptes.length - 1))
			: null;
	if (what === "process") return process ? sayProcess(process) : null;
	const segment = moment.segments.find((s) => keyOf.segment(s) === key);
	if (what === "segment") return segment ? saySegment(segment, moment) : null;
	return boxes.has(key) ? sayTable(boxes.get(key)) : null;
}

// One sentence on the whole, for those who do not see the picture.
export function summary(moment) {
	const segments = moment.segments
		.slice(0, 8)
		.map(
			(s) =>
				`segment ${s.shmid}: nattch ${s.nattch}${s.removed ? ", removed" : ""}`,
		);
	const { length } = moment.processes;
	const processes = `${length} process${length === 1 ? "" : "es"}`;
	return `${processes}; ${segments.join("; ") || "no segment"}.`;
}
