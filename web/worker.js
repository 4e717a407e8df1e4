// SPDX-License-Identifier: BSD-2-Clause
//
// The worker in which the emulator runs, so that neither a slow picture nor a crash of the emulator
// touches the page. Each message is an object whose `do` names what to do, and each answer one
// whose `is` names what it is; machine.js is the other end.
import { V86 } from "./lib/libv86.mjs";
import { Sampler } from "./sampler.js";

const COM1_STATUS = 0x3f8 + 5;
const STATUS_ROOM = 0x60; // the transmitter is empty: the kernel may write on
const PORT_VERDICT = 0xe9; // the kernel writes there how it ended
const PORT_EXIT = 0xf4; // and there, for QEMU, the same as a number; v86's loader is there, too
const NEWLINE = 10;

let emulator;
let sampler;
let line = ""; // what the machine has printed since the last newline
let output = []; // bytes of the first serial line that were not told yet
let log = [];
let verdict = "";
let byLine = false; // hold the machine at the end of each line that it prints
let held = false;
let screen = 0; // the timer that tells the text of the VGA's screen

const tell = (is, more) => postMessage({ is, ...more });

// Tells the output that has gathered. Bytes are gathered for one turn of the event loop, since a
// message for each would take longer than to print it.
function flush() {
	if (output.length) tell("output", { bytes: new Uint8Array(output) });
	if (log.length) tell("log", { bytes: new Uint8Array(log) });
	output = [];
	log = [];
}

function gather(bytes, byte) {
	if (output.length + log.length === 0) setTimeout(flush);
	bytes.push(byte);
}

// Holds the machine exactly where it is: the serial line has no room, and the kernel waits for
// some. The emulator is stopped as well, so that the wait takes no time of the processor.
function hold() {
	held = true;
	emulator.stop();
	tell("held");
}

function release() {
	if (!held) return;
	held = false;
	run();
}

function run() {
	emulator.run();
	tell("running");
}

function printed(byte) {
	gather(output, byte);
	if (byte !== NEWLINE) {
		line += String.fromCharCode(byte);
		return;
	}
	sampler.line(line, byLine);
	line = "";
	if (byLine) hold();
}

function judged(byte) {
	if (byte !== NEWLINE) {
		verdict += String.fromCharCode(byte);
		return;
	}
	flush();
	emulator.stop();
	tell("ended", { verdict });
}

// Puts the page's own ends to two of the emulator's ports. The inner names are those of the version
// of v86 that the lock file pins.
function connect() {
	const io = emulator.v86.cpu.io;
	const status = io.ports[COM1_STATUS];
	const read = status.read8;
	status.read8 = function (port) {
		const value = read.call(this, port);
		return held ? value & ~STATUS_ROOM : value;
	};
	io.register_write(PORT_VERDICT, {}, judged);
	io.register_write(PORT_EXIT, {}, () => {});
}

// Loads the kernel again, with the image and the words: v86 gives a machine at least 64 MiB if it
// knows of an initrd from the beginning. Without a BIOS it loads when the port below is read.
function load(kernel, initrd, words) {
	const cpu = emulator.v86.cpu;
	cpu.load_multiboot_option_rom(kernel, initrd, words);
	cpu.reg32[0] = cpu.io.port_read32(PORT_EXIT);
}

function start({ emulatorCode, kernel, layout, initrd, words, memory, picture }) {
	emulator = new V86({
		wasm_fn: async (imports) =>
			(await WebAssembly.instantiate(emulatorCode, imports)).exports,
		memory_size: memory << 20,
		vga_memory_size: 1 << 20,
		multiboot: { buffer: kernel },
		disable_speaker: true,
	});
	sampler = new Sampler(emulator, layout, (moment) => tell("moment", { moment }));
	emulator.add_listener("serial0-output-byte", printed);
	emulator.add_listener("serial1-output-byte", (byte) => gather(log, byte));
	emulator.add_listener("emulator-loaded", () => {
		load(kernel, initrd, words);
		connect();
		sampler.on = picture;
		emulator.run();
		tell("started");
	});
}

const actions = {
	start,
	send: ({ bytes }) => emulator.serial_send_bytes(0, bytes),
	stop: () => emulator.stop(),
	run: () => (held ? release() : run()),
	line: () => {
		byLine = true;
		actions.run();
	},
	lines: ({ on }) => {
		byLine = on;
		if (!on) release();
	},
	screen: ({ on }) => {
		clearInterval(screen);
		if (on)
			screen = setInterval(
				() =>
					tell("screen", {
						rows: emulator.screen_adapter.get_text_screen(),
					}),
				200,
			);
	},
	picture: ({ on }) => (sampler.on = on),
	ping: () => tell("alive"),
};

addEventListener("unhandledrejection", ({ reason }) => tell("crashed", { why: String(reason) }));
onmessage = ({ data }) => actions[data.do](data);
