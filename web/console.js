// SPDX-License-Identifier: BSD-2-Clause
//
// The terminal on the machine's first serial line. It chooses its own size, for the kernel learns
// that once, at the start.
import { byId } from "./element.js";
import { FitAddon } from "./lib/addon-fit.mjs";
import { Terminal } from "./lib/xterm.mjs";

const ROWS = 24;
const COLUMNS = 80;
const FONT = { least: 10, most: 16 };

// Whether a key leaves the terminal, to which Tab belongs: Shift-Tab goes back from it, and F6 to
// the picture.
function leaves(e) {
	if (e.key === "F6" && e.type === "keydown") byId("picture").focus();
	return e.key === "F6" || (e.key === "Tab" && e.shiftKey);
}

export class Console {
	#box;
	#fit = new FitAddon();
	#text = ""; // what was printed since the last call of wait()
	#waits = null;
	printed = []; // all bytes since the machine began

	constructor(box) {
		this.#box = box;
		this.terminal = new Terminal({
			rows: ROWS,
			cols: COLUMNS,
			screenReaderMode: true,
			scrollback: 5000,
			fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
		});
		this.terminal.loadAddon(this.#fit);
		this.terminal.open(box);
		this.terminal.attachCustomKeyEventHandler((e) => !leaves(e));
		this.recolour();
		this.size();
	}

	// Takes the colours of the style sheet.
	recolour() {
		const style = getComputedStyle(this.#box);
		const background = style.getPropertyValue("--terminal").trim();
		const foreground = style.getPropertyValue("--terminal-ink").trim();
		this.terminal.options.theme = { background, foreground, cursor: foreground };
	}

	// Chooses the largest font with which 80 columns fit, or fewer columns of the smallest
	// font. Returns the words that tell the kernel.
	size() {
		const width = this.#box.clientWidth - 28;
		const font = Math.floor((width / COLUMNS / 0.602) * 2) / 2;
		this.terminal.options.fontSize = Math.min(FONT.most, Math.max(FONT.least, font));
		const columns = this.#fit.proposeDimensions()?.cols ?? COLUMNS;
		this.terminal.resize(Math.max(20, Math.min(COLUMNS, columns)), ROWS);
		return `rows=${ROWS} columns=${this.terminal.cols}`;
	}

	// Another machine begins; its text follows the old one's. raw: programs write newlines
	// alone.
	begin(raw) {
		this.printed = [];
		this.terminal.options.convertEol = raw;
		this.terminal.write("\r\n\x1b[0m");
		this.terminal.focus();
	}

	write(bytes) {
		this.terminal.write(bytes);
		this.printed.push(bytes);
		this.#text = (this.#text + new TextDecoder("latin1").decode(bytes)).slice(-4000);
		this.#check();
	}

	// Resolves when the machine has printed the text, from now on.
	wait(text) {
		this.#text = "";
		return new Promise((resolve) => (this.#waits = { text, resolve }));
	}

	#check() {
		if (!this.#waits || !this.#text.includes(this.#waits.text)) return;
		this.#waits.resolve();
		this.#waits = null;
	}
}
