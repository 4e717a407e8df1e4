// SPDX-License-Identifier: BSD-2-Clause
//
// Programs that are dropped on the page: why the kernel can't run a file, and the archive that it
// boots with: the image, the files in /run, and the job that init runs.

const BLOCK = 512;
const latin = (bytes) => String.fromCharCode(...bytes);

// The dynamic linker that an ELF file asks for, in a program header of type PT_INTERP; "" if none.
function linkerOf(view, bytes) {
	const size = view.getUint16(42, true);
	const count = view.getUint16(44, true);
	for (let i = 0, at = view.getUint32(28, true); i < count; i++, at += size) {
		if (view.getUint32(at, true) !== 3) continue;
		const start = view.getUint32(at + 4, true);
		return latin(bytes.subarray(start, start + view.getUint32(at + 16, true))).replace(
			/\0.*/,
			"",
		);
	}
	return "";
}

// Returns why the kernel can't run the file and what to do, in one sentence; null if it can.
export function whyNot(bytes) {
	const compile = "compile it with i686-linux-gnu-gcc -static";
	if (latin(bytes.subarray(0, 2)) === "#!") {
		const needs = latin(bytes.subarray(2, 200)).split("\n")[0].trim().split(/\s/)[0];
		return needs === "/bin/sh"
			? null
			: `a script that needs ${needs}, which is not here; /bin/sh is`;
	}
	if (latin(bytes.subarray(0, 4)) !== "\x7fELF")
		return "neither an ELF file nor a script that begins with #!";
	if (bytes[4] === 2) return `a 64-bit program: ${compile}`;
	try {
		const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
		if (bytes[4] !== 1) return "a damaged ELF file";
		if (view.getUint16(18, true) !== 3)
			return `a program for another processor: ${compile}`;
		if (view.getUint16(16, true) === 1)
			return "an object file: link it (gcc without -c)";
		const needs = linkerOf(view, bytes);
		return needs ? `it needs ${needs}: link it with -static` : null;
	} catch (e) {
		if (!(e instanceof RangeError)) throw e;
		return "a damaged ELF file";
	}
}

// A file or directory (its name ends with /) in tar's format, ustar.
function entry(name, bytes) {
	const made = new Uint8Array(BLOCK + Math.ceil(bytes.length / BLOCK) * BLOCK);
	const put = (text, at) => made.set(new TextEncoder().encode(text), at);
	put(name, 0);
	put("0000755\0", 100);
	put("0000000\0", 108);
	put("0000000\0", 116);
	put(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124);
	put("00000000000\0", 136);
	put("        ", 148);
	put(name.endsWith("/") ? "5" : "0", 156);
	put("ustar\0" + "00", 257);
	const sum = made.subarray(0, BLOCK).reduce((a, b) => a + b);
	put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	made.set(bytes, BLOCK);
	return made;
}

// Where an archive's files end: at a block of zeros.
function endOf(archive) {
	let at = 0;
	while (at < archive.length && archive[at] !== 0) {
		const size = parseInt(latin(archive.subarray(at + 124, at + 135)), 8);
		at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
	}
	return at;
}

// The name that a file has in /run. ustar has room for 99 bytes.
export const nameOf = (file) => file.name.replace(/[^\w.+-]/g, "_").slice(0, 90);

// The words of a line; quotes keep a word together.
export const wordsOf = (line) =>
	[...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3]);

// Returns the image with more files: those of another archive, [{name, bytes}] in /run, and, if
// program is not null, the job: init runs it with these words and ends with its status.
export function imageWith(image, more, files, program, words) {
	const parts = [image, more]
		.map((a) => new Uint8Array(a))
		.map((a) => a.subarray(0, endOf(a)));
	if (files.length) parts.push(entry("run/", new Uint8Array()));
	for (const { name, bytes } of files) parts.push(entry(`run/${name}`, bytes));
	if (program !== null) {
		const job = ["0", "", "", program, program, ...words]
			.map((word) => `${word}\0`)
			.join("");
		parts.push(entry("etc/job", new TextEncoder().encode(job)));
	}
	parts.push(new Uint8Array(2 * BLOCK));
	const whole = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole.buffer;
}

// What the kernel said as it ended, in a sentence, and the program's status if it was a job.
export function verdictIn(words, verdict) {
	const [what, status] = verdict.split(" ");
	if (what === "exit" && Number(status) > 128)
		return `${words} was ended by signal ${status - 128}: status ${status}.`;
	return (
		{
			exit: `${words} has ended with status ${status}.`,
			panic: "The kernel has panicked; its messages say why.",
			noboot: "The kernel can't start; its messages say why.",
			off: "The machine is off.",
			limit: "The run's time is up.",
		}[what] ?? `The machine has ended: ${verdict}.`
	);
}
