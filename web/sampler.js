// SPDX-License-Identifier: BSD-2-Clause
//
// Takes moments of the machine for the picture: ten times a second, and at the end of each line
// that the machine prints, since a program that prints what it does changes everything within a few
// milliseconds. A moment is what readSnapshot() returns, with
//
//	at       when, in milliseconds
//	line     the line that was printed just then; null at a tick of the clock
//	took     milliseconds that it took to take it
//	touched  [[shmid, [page]]]: the pages that got a frame or other content since the last
//
// A moment equal to the last one is not told, unless a page was touched or a line says something.
import { atRest, readSnapshot } from "./snapshot.js";

const EACH_MS = 100;
const SHARE = 20; // after a moment that took t, the next is SHARE * t later at the earliest
const TRY_MS = 8; // so long a tick tries to find the processor outside of the kernel
const PAGES_MOST = 1024; // pages whose content is compared
const WORDS = 1024; // of a page

// Moments at lines may take this part of the time, and this much at once: a program that prints
// thousands of lines is not held up for each.
const LINES_PART = 0.05;
const LINES_MS = 2000;

export class Sampler {
	#emulator;
	#layout;
	#tell;
	#began = performance.now();
	#spent = 0;
	#last = 0; // the fingerprint of the last moment, 0 if it was not taken
	#sums = new Map(); // by shmid: the sum of each page's words, 0 without a frame
	#timer = 0;

	constructor(emulator, layout, tell) {
		this.#emulator = emulator;
		this.#layout = layout;
		this.#tell = tell;
	}

	// Takes moments from now on, or no more.
	set on(on) {
		clearTimeout(this.#timer);
		this.#timer = on ? setTimeout(() => this.#tick(performance.now()), EACH_MS) : 0;
	}

	get on() {
		return this.#timer !== 0;
	}

	// Takes a moment at the end of a line; always, if the machine waits there. The kernel is in
	// its write to the serial line, where no structure is half changed.
	line(text, waits) {
		const now = performance.now();
		if (
			!this.on ||
			(!waits && this.#spent > LINES_MS + LINES_PART * (now - this.#began))
		)
			return;
		this.#take(text);
		this.#spent += performance.now() - now;
	}

	#tick(since) {
		const now = performance.now();
		const ready = this.#emulator.is_running() && atRest(this.#emulator, this.#layout);
		if (ready) this.#take(null);
		const again = !ready && this.#emulator.is_running() && now - since < TRY_MS;
		const wait = again ? 0 : Math.max(EACH_MS, SHARE * (performance.now() - now));
		this.#timer = setTimeout(() => this.#tick(again ? since : performance.now()), wait);
	}

	#take(line) {
		const began = performance.now();
		const memory = this.#emulator.v86.cpu.mem8;
		let moment;
		try {
			moment = readSnapshot(
				(address, bytes) => memory.subarray(address, address + bytes),
				this.#layout,
			);
		} catch (e) {
			if (e.name !== "TornError") throw e;
			return;
		}
		const touched = this.#touched(moment, memory);
		const news = touched.length > 0 || line?.trim();
		const print = news
			? 0
			: fingerprint([moment.processes, moment.segments, moment.frames.free]);
		if (!news && print === this.#last) return;
		this.#last = print;
		this.#tell({
			...moment,
			at: Date.now(),
			took: performance.now() - began,
			line,
			touched,
		});
	}

	#touched({ segments }, memory) {
		const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
		const sums = new Map();
		let left = PAGES_MOST;
		const touched = segments.map((s) => {
			const before = this.#sums.get(s.shmid);
			const now = s.frames
				.slice(0, left)
				.map((frame) => (frame ? sum(words, frame * WORDS) : 0));
			left -= now.length;
			sums.set(s.shmid, now);
			return [
				s.shmid,
				[...now.keys()].filter(
					(page) => now[page] !== (before?.[page] ?? 0),
				),
			];
		});
		this.#sums = sums;
		return touched.filter(([, pages]) => pages.length > 0);
	}
}

// A number that changes when anything in the data does, but for one chance in four billions.
function fingerprint(data) {
	let sum = 17;
	const add = (n) => (sum = (Math.imul(sum, 31) + n) | 0);
	const walk = (value) => {
		if (typeof value === "number" || typeof value === "boolean") add(value);
		else if (typeof value === "string")
			for (let i = 0; i < value.length; i++) add(value.charCodeAt(i));
		else if (ArrayBuffer.isView(value))
			for (let i = 0; i < value.length; i++) add(value[i]);
		else for (const key in value) walk(value[key]);
	};
	walk(data);
	return sum;
}

// A sum of a page's words that is not 0.
function sum(words, from) {
	let sum = 1;
	for (let i = from; i < from + WORDS; i++) sum = (Math.imul(sum, 31) + words[i]) | 0;
	return sum || 1;
}
