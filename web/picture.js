// SPDX-License-Identifier: BSD-2-Clause
//
// The picture of a moment, on a canvas: it draws what arrange.js has arranged, moves boxes to where
// they belong now, and lights what was touched. It says what is under the pointer, and walks from
// one thing to the next by keys. The event "pick" names the key of what was picked, or null.
import { arrange, keyOf } from "./arrange.js";
import { curve, nearest, strokeCurve } from "./curves.js";
import { KINDS, MemoryMap } from "./memory.js";

const SETTLE_MS = 90; // a box goes two thirds of its way in this time
const GLOW_MS = 900;
const MANY = 150; // so many lines are drawn thin, and not for each step of a glow
const still = matchMedia("(prefers-reduced-motion: reduce)");

export class Picture extends EventTarget {
	#canvas;
	#context;
	#moment = null;
	#plan = null;
	#map = new MemoryMap();
	#shown = new Map(); // by key: where a box is drawn now
	#glow = new Map(); // by shmid: when each page was touched last
	#drawn = 0;
	#waiting = false;
	picked = null;
	hovered = null;

	constructor(canvas) {
		super();
		this.#canvas = canvas;
		this.#context = canvas.getContext("2d");
		this.restyle();
		new ResizeObserver(() => this.#arrange()).observe(canvas.parentElement);
		canvas.addEventListener("pointermove", (e) => this.#hover(this.#under(e)));
		canvas.addEventListener("pointerleave", () => this.#hover(null));
		canvas.addEventListener("click", (e) => this.pick(this.#under(e)));
		canvas.addEventListener("keydown", (e) => this.#key(e));
	}

	// The boxes of the moment that is shown, by key.
	get boxes() {
		return this.#plan?.boxes ?? new Map();
	}

	// Reads the colours of the style sheet.
	restyle() {
		const style = getComputedStyle(this.#canvas);
		const names = [
			"ink",
			"quiet",
			"line",
			"paper",
			"box",
			"accent",
			"graft",
			"glow",
			"warn",
			"segment",
			"process",
			"table",
			"file",
			"kernel",
			"image",
			"free",
		];
		this.colour = Object.fromEntries(
			names.map((n) => [n, style.getPropertyValue(`--${n}`).trim()]),
		);
		this.rgb = [[0, 0, 0]];
		for (const { kind, colour } of KINDS) {
			const hex = style.getPropertyValue(colour).trim();
			this.rgb[kind] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
		}
		this.redraw();
	}

	// Shows a moment. Pages that it says were touched light up if it is the present.
	show(moment, present) {
		this.#moment = moment;
		const now = performance.now();
		if (!present) this.#glow.clear();
		for (const [shmid, pages] of present ? moment.touched : []) {
			if (!this.#glow.has(shmid)) this.#glow.set(shmid, new Map());
			for (const page of pages) this.#glow.get(shmid).set(page, now);
		}
		this.#arrange();
	}

	pick(key) {
		this.picked = key;
		this.redraw();
		this.dispatchEvent(new CustomEvent("pick", { detail: this.hovered ?? key }));
	}

	redraw() {
		if (this.#waiting) return;
		this.#waiting = true;
		requestAnimationFrame((now) => {
			this.#waiting = false;
			if (this.#plan) this.#draw(now);
		});
	}

	#arrange() {
		if (!this.#moment) return;
		const frame = this.#canvas.parentElement;
		const width = frame.clientWidth;
		this.#plan = arrange(this.#moment, width, frame.clientHeight);
		const scale = devicePixelRatio;
		const height = this.#plan.height;
		if (
			this.#canvas.width !== Math.round(width * scale) ||
			this.#canvas.height !== Math.round(height * scale)
		) {
			this.#canvas.width = Math.round(width * scale);
			this.#canvas.height = Math.round(height * scale);
			this.#canvas.style.width = `${width}px`;
			this.#canvas.style.height = `${height}px`;
		}
		this.#map.place(this.#plan.map, this.#moment.frames.kind.length);
		this.redraw();
	}

	// Moves each box nearer to its place. A new process comes out of its parent, another new
	// box out of nothing. Returns whether any is not there yet.
	#settle(step) {
		let moving = false;
		const far = (a, b) => Math.abs(a - b) > 0.4;
		for (const [key, box] of this.#plan.boxes) {
			const parent = this.#shown.get(box.parent);
			const seen =
				this.#shown.get(key) ??
				(parent
					? { ...parent, alpha: 1 }
					: { x: box.x, y: box.y, w: box.w, h: box.h, alpha: 0 });
			for (const side of ["x", "y", "w", "h"]) {
				seen[side] = far(seen[side], box[side])
					? seen[side] + (box[side] - seen[side]) * step
					: box[side];
				moving ||= seen[side] !== box[side];
			}
			seen.alpha = Math.min(1, seen.alpha + step);
			moving ||= seen.alpha < 1;
			this.#shown.set(key, seen);
		}
		for (const key of this.#shown.keys()) {
			if (!this.#plan.boxes.has(key)) this.#shown.delete(key);
		}
		return moving;
	}

	#draw(now) {
		const step = still.matches
			? 1
			: 1 - Math.exp(-Math.min(now - this.#drawn, 50) / SETTLE_MS);
		const moving = this.#settle(step);
		this.#drawn = now;
		const c = this.#context;
		c.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
		c.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
		const about = this.#about();
		this.#headings(c);
		this.#links(c, about);
		for (const line of this.#plan.lines) this.#line(c, line, about);
		let glowing = false;
		for (const box of this.#plan.boxes.values()) {
			c.globalAlpha = this.#shown.get(box.key).alpha;
			if (box.kind === "process") this.#process(c, box, about);
			if (box.kind === "table") this.#table(c, box, about);
			if (box.kind === "segment")
				glowing = this.#segment(c, box, about, now) || glowing;
			c.globalAlpha = 1;
		}
		this.#memory(c, about);
		if (moving) this.redraw();
		else if (glowing)
			setTimeout(() => this.redraw(), this.#plan.lines.length > MANY ? 100 : 16);
	}

	// The key of what is looked at, if that is there now.
	#about() {
		const there = (key) =>
			key?.startsWith("frame ") ||
			this.#plan.boxes.has(key) ||
			this.#plan.lines.some((l) => l.key === key);
		return [this.hovered, this.picked].find(there) ?? null;
	}

	#headings(c) {
		const { columns, map } = this.#plan;
		c.font = "600 11px system-ui, sans-serif";
		c.fillStyle = this.colour.quiet;
		c.textBaseline = "middle";
		c.fillText("PROCESSES", columns.process.x, 14);
		c.fillText("SEGMENTS", columns.segment.x, 14);
		c.fillText("MEMORY", map.x, 14);
		const room = columns.segment.x - columns.table;
		if (room > 110) c.fillText("PAGE TABLES", columns.table, 14);
		if (this.#moment.segments.length > 0) return;
		c.font = "13px system-ui, sans-serif";
		c.fillText("none yet", columns.segment.x, 40);
	}

	// From each process a thin line to each of its page tables: an entry of its directory.
	#links(c, about) {
		c.lineWidth = 1;
		for (const table of this.#plan.tables) {
			const to = this.#shown.get(table.key);
			for (const holder of table.holders) {
				if (table.table.shmid >= 0 || !to) continue;
				const key = keyOf.process(holder.process);
				const from = this.#shown.get(key);
				c.strokeStyle = this.colour.line;
				c.globalAlpha = about === table.key || about === key ? 1 : 0.6;
				const at =
					(holder.process.tables.indexOf(holder.table) + 0.5) /
					holder.process.tables.length;
				strokeCurve(c, [
					from.x + from.w,
					from.y + from.h * at,
					to.x,
					to.y + to.h / 2,
				]);
			}
		}
		c.globalAlpha = 1;
	}

	#ends(line) {
		const from = this.#shown.get(line.from.box);
		const to = this.#shown.get(line.to.box);
		const via = line.via && this.#shown.get(line.via);
		const end = [to.x, to.y + to.h * line.to.at];
		const start = [from.x + from.w, from.y + from.h * line.from.at];
		if (!via) return [[...start, ...end]];
		const middle = via.y + via.h / 2;
		return [
			[...start, via.x, middle],
			[via.x + via.w, middle, ...end],
		];
	}

	#line(c, line, about) {
		const chosen =
			about !== null &&
			[line.key, line.from.box, line.to.box, line.via].includes(about);
		const many = this.#plan.lines.length > MANY;
		const plain = Math.min(0.85, Math.max(0.06, 40 / this.#plan.lines.length));
		c.strokeStyle = line.graft ? this.colour.graft : this.colour.accent;
		c.globalAlpha = chosen ? 1 : about !== null ? plain / 5 : plain;
		c.lineWidth = (line.graft ? (many ? 2 : 4) : many ? 1 : 1.5) + (chosen ? 1 : 0);
		c.setLineDash(line.pending ? [4, 4] : line.readonly ? [8, 3] : []);
		const [first, second] = this.#ends(line);
		strokeCurve(c, first);
		c.lineWidth = Math.min(c.lineWidth, 2.5);
		if (second) strokeCurve(c, second);
		c.setLineDash([]);
		c.globalAlpha = 1;
	}

	#frame(c, key, box, about, colour) {
		const { x, y, w, h } = this.#shown.get(key);
		c.fillStyle = this.colour.box;
		c.strokeStyle = about === key ? this.colour.ink : colour;
		c.lineWidth = about === key ? 2 : 1;
		c.beginPath();
		c.roundRect(x, y, w, h, Math.min(5, h / 4));
		c.fill();
		c.stroke();
		return { x, y, w, h };
	}

	#text(c, text, x, y, w, font, colour) {
		c.font = `${font} system-ui, sans-serif`;
		c.fillStyle = colour;
		c.textBaseline = "middle";
		let fit = text;
		while (fit.length > 1 && c.measureText(fit).width > w) fit = fit.slice(0, -2) + "…";
		c.fillText(fit, x, y);
	}

	// The size of the font for a box.
	#fontFor(h) {
		return Math.min(
			this.#plan.narrow ? 11 : 15,
			Math.max(9, h / 3.2, Math.min(13, h - 4)),
		);
	}

	#process(c, box, about) {
		const p = box.process;
		const { x, y, w, h } = this.#frame(c, box.key, box, about, this.colour.line);
		const ended = p.state === "zombie";
		c.fillStyle = p.current
			? this.colour.glow
			: ended
				? this.colour.free
				: this.colour.process;
		c.fillRect(x, y + 1, Math.min(4, w), h - 2);
		const size = this.#fontFor(h);
		const line = h > 32 ? y + h / 2 - 8 : y + h / 2;
		this.#text(
			c,
			`${p.pid}  ${p.name}`,
			x + 10,
			line,
			w - 14,
			`600 ${size}px`,
			this.colour.ink,
		);
		if (h <= 32) return;
		const does = p.state === "sleeping" && p.waits ? `sleeps: ${p.waits}` : p.state;
		this.#text(c, does, x + 10, y + h / 2 + 10, w - 14, "12px", this.colour.quiet);
	}

	#table(c, box, about) {
		const { x, y, w, h } = this.#shown.get(box.key);
		const shared = box.holders.length > 1 || box.table.grafted;
		c.fillStyle = shared ? this.colour.graft : this.colour.table;
		c.fillRect(x, y, w, h);
		if (about !== box.key) return;
		c.strokeStyle = this.colour.ink;
		c.lineWidth = 2;
		c.strokeRect(x - 1, y - 1, w + 2, h + 2);
	}

	#segment(c, box, about, now) {
		const s = box.segment;
		const { x, y, w, h } = this.#frame(
			c,
			box.key,
			box,
			about,
			s.removed ? this.colour.warn : this.colour.segment,
		);
		const size = this.#fontFor(h);
		const line = h > 32 ? y + 14 : y + h / 2;
		const narrow = this.#plan.narrow && h > 32;
		const count = !this.#plan.narrow
			? `nattch ${s.nattch}`
			: narrow
				? ""
				: String(s.nattch);
		c.font = `${size}px system-ui, sans-serif`;
		const room = c.measureText(count).width;
		this.#text(
			c,
			count,
			x + w - room - 8,
			line,
			room + 2,
			`${size}px`,
			this.colour.ink,
		);
		this.#text(
			c,
			String(s.shmid),
			x + 8,
			line,
			w - room - 12,
			`600 ${size}px`,
			this.colour.ink,
		);
		if (h <= 32) return this.#lit(s, now);
		const marks = [
			narrow ? `nattch ${s.nattch}` : sizeOf(s.bytes),
			s.removed && "removed",
			s.locked && "locked",
			s.huge && "large pages",
		];
		this.#text(
			c,
			marks.filter(Boolean).join(" · "),
			x + 8,
			y + 32,
			w - 14,
			"12px",
			s.removed ? this.colour.warn : this.colour.quiet,
		);
		return box.cells ? this.#pages(c, box, x + 8, y + 44, now) : this.#lit(s, now);
	}

	// Returns whether a page of the segment still glows.
	#lit(segment, now) {
		return [...(this.#glow.get(segment.shmid)?.values() ?? [])].some(
			(since) => now - since < GLOW_MS,
		);
	}

	#pages(c, box, x, y, now) {
		const { across, each, count } = box.cells;
		const { frames, shmid } = box.segment;
		const glow = this.#glow.get(shmid);
		for (let i = 0; i < count; i++) {
			let resident = 0;
			let touched = 0;
			for (
				let page = i * each;
				page < Math.min((i + 1) * each, frames.length);
				page++
			) {
				if (frames[page]) resident++;
				touched = Math.max(
					touched,
					1 - (now - (glow?.get(page) ?? -Infinity)) / GLOW_MS,
				);
			}
			const at = [x + (i % across) * 10, y + Math.floor(i / across) * 10, 8, 8];
			c.fillStyle = resident ? this.colour.segment : this.colour.free;
			c.fillRect(...at);
			if (touched <= 0) continue;
			const whole = c.globalAlpha;
			c.globalAlpha = whole * touched;
			c.fillStyle = this.colour.glow;
			c.fillRect(at[0] - 1, at[1] - 1, 10, 10);
			c.globalAlpha = whole;
		}
		return this.#lit(box.segment, now);
	}

	// The map of memory, and lines from the pages of the segment that is looked at to their
	// frames.
	#memory(c, about) {
		const { frames, segments, processes } = this.#moment;
		const segment = segments.find((s) => keyOf.segment(s) === about);
		const process = processes.find((p) => keyOf.process(p) === about);
		const attach = this.#plan.lines.find((l) => l.key === about)?.attach;
		const pages = new Set(segment?.frames ?? this.#framesOf(attach));
		const tables = new Set(
			process ? [process.directory, ...process.tables.map((t) => t.frame)] : [],
		);
		const bright = pages.size
			? (f) => pages.has(f)
			: process
				? (f) =>
						tables.has(f) ||
						(frames.kind[f] === 5 &&
							frames.owner[f] === process.pid)
				: null;
		this.#map.draw(c, frames.kind, this.rgb, bright);
		const shown = segment ? [segment] : attach ? [] : segments;
		const resident = shown.reduce((n, s) => n + s.resident, 0);
		if (resident > 0 && resident <= 128)
			for (const s of shown) this.#threads(c, s, segment ? 0.9 : 0.3);
		const frame = about?.startsWith("frame ") ? Number(about.slice(6)) : -1;
		for (const f of attach ? pages : frame >= 0 ? [frame] : []) this.#mark(c, f);
	}

	#framesOf(attach) {
		const present = [...(attach?.ptes ?? [])].filter((pte) => pte & 1);
		return present.map((pte) => pte >>> 12);
	}

	#mark(c, frame) {
		const { x, y, w, h } = this.#map.cell(frame);
		c.strokeStyle = this.colour.ink;
		c.lineWidth = 1.5;
		c.strokeRect(x - 1.5, y - 1.5, w + 3, h + 3);
	}

	#threads(c, segment, alpha) {
		const box = this.#shown.get(keyOf.segment(segment));
		c.strokeStyle = this.colour.segment;
		c.lineWidth = 1;
		c.globalAlpha = alpha;
		segment.frames.forEach((frame, page) => {
			if (!frame) return;
			const cell = this.#map.cell(frame);
			const at =
				box.y +
				box.h *
					Math.min(
						0.95,
						Math.max(
							0.05,
							(page + 0.5) / segment.frames.length,
						),
					);
			strokeCurve(c, [box.x + box.w, at, cell.x, cell.y + cell.h / 2]);
		});
		c.globalAlpha = 1;
	}

	// Returns the key of what is under the pointer; null if nothing is.
	#under(e) {
		if (!this.#plan) return null;
		const { left, top } = this.#canvas.getBoundingClientRect();
		const x = e.clientX - left;
		const y = e.clientY - top;
		const inside = (b) =>
			x >= b.x - 2 && x <= b.x + b.w + 2 && y >= b.y - 1 && y <= b.y + b.h + 1;
		for (const [key, box] of [...this.#shown].reverse()) if (inside(box)) return key;
		const frame = this.#map.frameAt(x, y);
		if (frame >= 0) return `frame ${frame}`;
		let best = { key: null, far: 7 };
		for (const line of this.#plan.lines) {
			const far = Math.min(
				...this.#ends(line).map((end) => nearest(curve(end), x, y)),
			);
			if (far < best.far) best = { key: line.key, far };
		}
		return best.key;
	}

	#hover(key) {
		if (key === this.hovered) return;
		this.hovered = key;
		this.#canvas.style.cursor = key ? "pointer" : "default";
		this.redraw();
		this.dispatchEvent(new CustomEvent("pick", { detail: key ?? this.picked }));
	}

	// Up and down go through the column, left and right to another column, Escape to nothing.
	#key(e) {
		const columns = [
			[...this.#plan.boxes.values()]
				.filter((b) => b.kind === "process")
				.map((b) => b.key),
			[...new Set(this.#plan.lines.map((l) => l.key))],
			[...this.#plan.boxes.values()]
				.filter((b) => b.kind === "table")
				.map((b) => b.key),
			[...this.#plan.boxes.values()]
				.filter((b) => b.kind === "segment")
				.map((b) => b.key),
		].filter((column) => column.length);
		let column = columns.findIndex((keys) => keys.includes(this.picked));
		const row = column < 0 ? -1 : columns[column].indexOf(this.picked);
		const step = {
			ArrowUp: [0, -1],
			ArrowDown: [0, 1],
			ArrowLeft: [-1, 0],
			ArrowRight: [1, 0],
		}[e.key];
		if (e.key === "Escape") this.pick(null);
		if (!step || columns.length === 0) return;
		e.preventDefault();
		column = Math.min(columns.length - 1, Math.max(0, column + step[0]));
		const to = Math.min(
			columns[column].length - 1,
			Math.max(0, step[0] ? 0 : row + step[1]),
		);
		this.hovered = null;
		this.pick(columns[column][to]);
	}
}

// A number of bytes, in the largest unit that leaves it whole.
export function sizeOf(bytes) {
	const units = ["bytes", "KiB", "MiB", "GiB"];
	let unit = 0;
	while (bytes && bytes % 1024 === 0 && unit < 3) {
		bytes /= 1024;
		unit++;
	}
	return `${bytes} ${units[unit]}`;
}
