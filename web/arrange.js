// SPDX-License-Identifier: BSD-2-Clause
//
// Arranges a moment of the machine on a plane: processes left, segments in the middle, page tables
// between them. Boxes have a key that stays the same from moment to moment, so that the picture
// can move them; lines name the boxes that they join, and are drawn where those are.

const TOP = 30; // below the headings
const PROCESS = { most: 58, least: 12 };
const SEGMENT = { most: 92, least: 12 };
const CELL = 10; // a page of a segment, with the gap to the next
const TABLE = 11;

export const keyOf = {
	process: (p) => `process ${p.pid}`,
	segment: (s) => `segment ${s.shmid}`,
	table: (t) => `table ${t.frame}`,
	attach: (p, a) => `attach ${p.pid} ${a.address}`,
};

// The processes in the order of a walk of their tree, each with its depth.
function tree(processes) {
	const children = new Map();
	const known = new Set(processes.map((p) => p.pid));
	for (const p of processes) {
		const parent = known.has(p.ppid) ? p.ppid : 0;
		if (!children.has(parent)) children.set(parent, []);
		children.get(parent).push(p);
	}
	const order = [];
	const walk = (pid, depth) => {
		for (const process of children.get(pid) ?? []) {
			order.push({ process, depth });
			walk(process.pid, depth + 1);
		}
	};
	walk(0, 0);
	return order;
}

// How high each of n boxes is, and how far they are apart, in the room that there is.
function share(n, room, { most, least }) {
	const each = Math.max(least + 2, Math.min(most + 14, room / Math.max(n, 1)));
	const gap = each > 30 ? Math.min(14, each * 0.25) : each > 16 ? 4 : 2;
	return { high: each - gap, gap };
}

function placeProcesses(moment, columns, room) {
	const order = tree(moment.processes);
	const { high, gap } = share(order.length, room, PROCESS);
	return order.map(({ process, depth }, i) => {
		const indent = Math.min(depth, 5) * Math.min(12, columns.process.w / 16);
		return {
			key: keyOf.process(process),
			kind: "process",
			process,
			parent: `process ${process.ppid}`,
			x: columns.process.x + indent,
			y: TOP + i * (high + gap),
			w: columns.process.w - indent,
			h: high,
		};
	});
}

// The cells of a segment: a cell is a page, or several if there are too many to draw.
function cellsOf(segment, w, rows) {
	const across = Math.max(1, Math.floor((w - 14) / CELL));
	const each = Math.max(1, Math.ceil(segment.frames.length / (across * rows)));
	return { across, each, count: Math.ceil(segment.frames.length / each) };
}

function placeSegments(moment, columns, room, middle) {
	const { high, gap } = share(moment.segments.length, room, SEGMENT);
	const rows = Math.max(0, Math.floor((high - 46) / CELL));
	const all = moment.segments.length * (high + gap) - gap;
	const top = Math.max(TOP, Math.min(middle - all / 2, TOP + room - all));
	return moment.segments.map((segment, i) => ({
		key: keyOf.segment(segment),
		kind: "segment",
		segment,
		cells: rows > 0 ? cellsOf(segment, columns.segment.w, rows) : null,
		x: columns.segment.x,
		y: top + i * (high + gap),
		w: columns.segment.w,
		h: high,
	}));
}

// The page tables, each once, with the processes that hold it. A segment's own table stands at
// the segment, that of one process at the process, and one that a fork shares between its holders.
function placeTables(moment, boxes, columns) {
	const tables = new Map();
	for (const process of moment.processes) {
		const box = boxes.get(keyOf.process(process));
		process.tables.forEach((table, i) => {
			const key = keyOf.table(table);
			if (!tables.has(key))
				tables.set(key, { key, kind: "table", table, holders: [], at: [] });
			const of = tables.get(key);
			of.holders.push({ process, table });
			of.at.push(box.y + (box.h * (i + 0.5)) / process.tables.length);
		});
	}
	for (const of of tables.values()) {
		const owner = boxes.get(`segment ${of.table.shmid}`);
		const among = owner?.segment.tables ?? [];
		const crowd = of.holders[0].process.tables.length;
		const room = owner
			? owner.h / among.length
			: boxes.get(keyOf.process(of.holders[0].process)).h / crowd;
		of.w = of.h = Math.max(3, Math.min(TABLE, room - 1));
		if (owner) {
			of.x = columns.segment.x - 24;
			of.y =
				owner.y +
				(owner.h * (Math.max(0, among.indexOf(of.table.frame)) + 0.5)) /
					among.length -
				of.h / 2;
		} else {
			of.x = columns.table + (of.holders.length > 1 ? 26 : 0);
			of.y = of.at.reduce((sum, y) => sum + y) / of.at.length - of.h / 2;
		}
	}
	return [...tables.values()];
}

// The lines of one attach: one for each page table that it goes through, or a broken one if
// no table has an entry of it yet. A line begins where the entry of the directory stands.
function linesOf(process, attach, index, boxes) {
	const from = { box: keyOf.process(process), at: (index + 0.5) / process.attaches.length };
	const slot = (table) => (process.tables.indexOf(table) + 0.5) / process.tables.length;
	const to = boxes.get(`segment ${attach.shmid}`);
	if (!to) return [];
	const key = keyOf.attach(process, attach);
	const first = attach.address >>> 22;
	const last = (attach.address + attach.bytes - 1) >>> 22;
	const through = process.tables.filter((t) => t.span >= first && t.span <= last);
	const pages = Math.max(1, to.segment.frames.length);
	const at = (offset) => Math.min(0.95, Math.max(0.05, offset / 4096 / pages));
	const line = { key, kind: "attach", process, attach, from, readonly: attach.readonly };
	if (through.length === 0) {
		return [
			{
				...line,
				pending: true,
				to: { box: to.key, at: at(attach.offset + attach.bytes / 2) },
			},
		];
	}
	return through.map((table) => {
		const start = Math.max(attach.address, table.span * 2 ** 22);
		const end = Math.min(attach.address + attach.bytes, (table.span + 1) * 2 ** 22);
		const middle = attach.offset + (start + end) / 2 - attach.address;
		return {
			...line,
			from: { ...from, at: slot(table) },
			table,
			graft: table.grafted || table.large,
			via: keyOf.table(table),
			to: { box: to.key, at: at(middle) },
		};
	});
}

// Arranges a moment in width x height pixels; the result may be higher. The right part of the
// width, `map`, is for the map of memory.
export function arrange(moment, width, height) {
	const narrow = width < 560;
	const pw = Math.round(width * (narrow ? 0.29 : 0.23));
	const sw = Math.round(width * (narrow ? 0.27 : 0.24));
	const mw = Math.round(width * (narrow ? 0.17 : 0.23));
	const columns = {
		process: { x: 8, w: pw },
		table: 8 + pw + 16,
		segment: { x: width - 8 - mw - Math.round(width * 0.05) - sw, w: sw },
	};
	const room = height - TOP - 8;
	const processes = placeProcesses(moment, columns, room);
	const bottom = processes.length ? processes.at(-1).y + processes.at(-1).h : TOP;
	const segments = placeSegments(moment, columns, room, (TOP + bottom) / 2);
	const boxes = new Map([...processes, ...segments].map((box) => [box.key, box]));
	const tables = placeTables(moment, boxes, columns);
	for (const box of tables) boxes.set(box.key, box);
	const lines = moment.processes.flatMap((process) =>
		process.attaches.flatMap((attach, i) => linesOf(process, attach, i, boxes)),
	);
	const low = Math.max(height, ...[...boxes.values()].map((box) => box.y + box.h + 8));
	return {
		boxes,
		tables,
		lines,
		columns,
		narrow,
		height: low,
		map: { x: width - 8 - mw, y: TOP, w: mw, h: height - TOP - 8 },
	};
}
