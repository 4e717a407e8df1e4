// SPDX-License-Identifier: BSD-2-Clause
//
// The map of physical memory: a cell is a frame, or several where there are too many, row by row
// from address 0. A cell of several shows the kind that matters most among them.
import { KIND } from "./snapshot.js";

const MATTERS = [
	KIND.NONE,
	KIND.FREE,
	KIND.IMAGE,
	KIND.KERNEL,
	KIND.FILE,
	KIND.PRIVATE,
	KIND.TABLE,
	KIND.SEGMENT,
];
const RANK = [];
MATTERS.forEach((kind, i) => (RANK[kind] = i));

export const KINDS = [
	{ kind: KIND.SEGMENT, name: "segment", colour: "--segment" },
	{ kind: KIND.PRIVATE, name: "process", colour: "--process" },
	{ kind: KIND.TABLE, name: "page table", colour: "--table" },
	{ kind: KIND.FILE, name: "file", colour: "--file" },
	{ kind: KIND.KERNEL, name: "kernel", colour: "--kernel" },
	{ kind: KIND.IMAGE, name: "image", colour: "--image" },
	{ kind: KIND.FREE, name: "free", colour: "--free" },
];

export class MemoryMap {
	#canvas = document.createElement("canvas");

	// Chooses how many cells are in a row, a multiple of 16, so that cells are as large as the
	// rectangle allows, and at most twice as wide as high or as high as wide. If there is no
	// room for a cell for each frame, a cell stands for 2, 4, 8 frames.
	place(rectangle, frames) {
		Object.assign(this, rectangle, { frames, each: 1, wide: 0, high: 0 });
		for (; this.wide * this.high === 0; this.each *= 2) {
			for (let across = 16; across <= rectangle.w; across += 16) {
				const rows = Math.ceil(frames / this.each / across);
				const room = [
					Math.floor(rectangle.w / across),
					Math.floor(rectangle.h / rows),
				];
				const wide = Math.min(room[0], room[1] * 2, 10);
				const high = Math.min(room[1], room[0] * 2, 10);
				if (wide * high > this.wide * this.high)
					Object.assign(this, { across, rows, wide, high });
			}
			if (this.wide * this.high > 0) break;
		}
	}

	// Returns the rectangle of a frame's cell.
	cell(frame) {
		const i = Math.floor(frame / this.each);
		return {
			x: this.x + (i % this.across) * this.wide,
			y: this.y + Math.floor(i / this.across) * this.high,
			w: this.wide,
			h: this.high,
		};
	}

	// Returns the first frame of the cell at a point, or -1.
	frameAt(x, y) {
		const column = Math.floor((x - this.x) / this.wide);
		const row = Math.floor((y - this.y) / this.high);
		const frame = (row * this.across + column) * this.each;
		const inside =
			column >= 0 && column < this.across && row >= 0 && frame < this.frames;
		return inside ? frame : -1;
	}

	// Draws the map. colours: for each kind red, green, blue; bright(frame) says whether a
	// frame is shown in full colour, or is null if all are.
	draw(context, kind, colours, bright) {
		const image = new ImageData(this.across, this.rows);
		const cells = Math.ceil(this.frames / this.each);
		for (let i = 0; i < cells; i++) {
			let frame = i * this.each;
			for (let f = frame + 1; f < Math.min(frame + this.each, this.frames); f++) {
				if (RANK[kind[f]] > RANK[kind[frame]]) frame = f;
			}
			const [r, g, b] = colours[kind[frame]];
			const alpha =
				kind[frame] === KIND.NONE ? 0 : bright && !bright(frame) ? 70 : 255;
			image.data.set([r, g, b, alpha], i * 4);
		}
		this.#canvas.width = this.across;
		this.#canvas.height = this.rows;
		this.#canvas.getContext("2d").putImageData(image, 0, 0);
		context.imageSmoothingEnabled = false;
		context.strokeStyle = `rgb(${colours[KIND.FREE]})`;
		context.strokeRect(
			this.x - 1.5,
			this.y - 1.5,
			this.across * this.wide + 3,
			this.rows * this.high + 3,
		);
		context.drawImage(
			this.#canvas,
			this.x,
			this.y,
			this.across * this.wide,
			this.rows * this.high,
		);
	}
}
