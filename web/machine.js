// SPDX-License-Identifier: BSD-2-Clause
//
// The machine, as the page sees it: it starts and ends the worker in which the emulator runs, and
// passes messages on as events. If the emulator crashes or no longer answers, there is an event
// "crashed", and the machine can be started again.

const ANSWER_MS = 5000; // a worker that does not answer within this time hangs

export class Machine extends EventTarget {
	#worker = null;
	#pulse = 0;

	// Starts a machine. options: the emulator's compiled code, kernel and initrd
	// (ArrayBuffers), the kernel's layout, words for the command line, memory in MiB, and
	// whether there is a picture and the machine waits at each line.
	start(options) {
		this.end();
		this.#worker = new Worker(new URL("worker.js", import.meta.url), {
			type: "module",
		});
		this.#worker.onmessage = ({ data }) => this.#said(data);
		this.#worker.onerror = (e) =>
			this.#crashed(e.message || "its code could not be loaded");
		this.#tell("start", options);
		this.#pulse = setInterval(() => this.#ask(), ANSWER_MS);
	}

	// Ends the machine at once.
	end() {
		clearInterval(this.#pulse);
		this.#worker?.terminate();
		this.#worker = null;
	}

	send(text) {
		this.#tell("send", { bytes: new TextEncoder().encode(text) });
	}

	stop() {
		this.#tell("stop");
	}

	run() {
		this.#tell("run");
	}

	// Runs until the next line of output, and waits there.
	line() {
		this.#tell("line");
	}

	lines(on) {
		this.#tell("lines", { on });
	}

	// Takes moments for the picture from now on, or no more.
	picture(on) {
		this.#tell("picture", { on });
	}

	// Tells the text of the VGA's screen from now on, or no more.
	screen(on) {
		this.#tell("screen", { on });
	}

	#tell(what, more) {
		this.#worker?.postMessage({ do: what, ...more });
	}

	#said(data) {
		clearTimeout(this.late);
		if (data.is === "crashed") return this.#crashed(data.why);
		return this.dispatchEvent(new CustomEvent(data.is, { detail: data }));
	}

	#ask() {
		this.#tell("ping");
		clearTimeout(this.late);
		this.late = setTimeout(() => this.#crashed("it no longer answers"), ANSWER_MS);
	}

	#crashed(why) {
		clearTimeout(this.late);
		this.end();
		this.dispatchEvent(new CustomEvent("crashed", { detail: { why } }));
	}
}
