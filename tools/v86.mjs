// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: node tools/v86.mjs KERNEL INITRD MIB WORD...
 *
 * The emulator v86 in QEMU's place, for tools/run --v86: boots the kernel with these words, with
 * COM1 and COM2 written to the files com1 and log, what comes to port 0xe9 to the file verdict, and
 * ends with QEMU's status for a byte that comes to port 0xf4. Tests import boot() from here.
 */
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const PORT_VERDICT = 0xe9;
const PORT_EXIT = 0xf4;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const build = process.env.ISTHMUS_BUILD ?? path.join(root, "build");
const v86 = path.join(build, "npm/node_modules/v86/build");

/* Returns a file's content in the form that v86 takes. */
function image(file) {
	const data = fs.readFileSync(file);

	return { buffer: data.buffer.slice(data.byteOffset, data.byteOffset + data.length) };
}

/* Calls said(byte) for each byte that the kernel writes to a port. */
function listen(emulator, port, said) {
	emulator.v86.cpu.io.register_write(port, emulator, said);
}

/*
 * Starts a machine. on has the functions to call with each byte of a line or port: com1, com2,
 * verdict and exit. Returns v86's emulator once it runs.
 */
export async function boot({ kernel, initrd, mem = 64, words = [], on = {} }) {
	const { V86 } = await import(pathToFileURL(path.join(v86, "libv86.mjs")));
	const emulator = new V86({
		wasm_path: path.join(v86, "v86.wasm"),
		memory_size: mem << 20,
		multiboot: image(kernel),
		initrd: image(initrd),
		cmdline: words.join(" "),
		uart1: true,
		disable_speaker: true,
		autostart: false,
	});

	await new Promise((ready) => emulator.add_listener("emulator-loaded", ready));
	emulator.add_listener("serial0-output-byte", on.com1 ?? (() => {}));
	emulator.add_listener("serial1-output-byte", on.com2 ?? (() => {}));
	listen(emulator, PORT_VERDICT, on.verdict ?? (() => {}));
	listen(emulator, PORT_EXIT, on.exit ?? (() => {}));
	await emulator.run();
	return emulator;
}

/* Returns a function that adds a byte to a file, which may be a named pipe. */
function writer(file) {
	const fd = fs.openSync(file, "a");

	return (byte) => fs.writeSync(fd, Uint8Array.of(byte));
}

async function main([kernel, initrd, mem, ...words]) {
	process.on("uncaughtException", (e) => {
		console.error(`v86 has ended: ${e.message}`);
		process.exit(1);
	});
	await boot({ kernel, initrd, mem: Number(mem), words, on: {
		com1: writer("com1"),
		com2: writer("log"),
		verdict: writer("verdict"),
		exit: (byte) => process.exit((byte << 1) | 1),
	} });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	await main(process.argv.slice(2));
