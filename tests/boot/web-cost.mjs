// SPDX-License-Identifier: BSD-2-Clause
//
// usage: node web-cost.mjs BUILD: what the picture costs the machine. `many` runs in v86 with the
// page's own sampler, and counts how often it goes round a loop; that is divided by the processor's
// time, and the best of several rounds counts, since this machine may do other things meanwhile.
// Prints a line for people to read.
import { readFileSync } from "node:fs";
import { imageWith } from "../../web/program.js";
import { Sampler } from "../../web/sampler.js";

const build = process.argv[2];
const { V86 } = await import(`${build}/npm/node_modules/v86/build/libv86.mjs`);
const PAIRS = 5;
const LINES = 3; // many prints one a second

const read = (name) => new Uint8Array(readFileSync(`${build}/${name}`)).buffer;
const many = { name: "many", bytes: new Uint8Array(read("tests/guest/many")) };
const image = imageWith(read("web/initrd.tar"), read("web/more.tar"), [many], "/run/many", [
	"99",
	"10",
]);
const emulator = new V86({
	wasm_path: `${build}/web/lib/v86.wasm`,
	memory_size: 64 << 20,
	vga_memory_size: 1 << 20,
	multiboot: { buffer: read("web/release/isthmus.elf") },
	initrd: { buffer: image },
	cmdline: "log=com2",
	disable_speaker: true,
	autostart: true,
});
const moments = [];
const layout = JSON.parse(readFileSync(`${build}/web/release/layout.json`, "utf8"));
// A message to the page is a copy of the moment.
const sampler = new Sampler(emulator, layout, (moment) => moments.push(structuredClone(moment)));

let text = "";
emulator.add_listener("serial0-output-byte", (byte) => {
	text += String.fromCharCode(byte);
	if (byte === 10) sampler.line(text.trimEnd().split("\n").at(-1), false);
});
// Waits for so many lines more, and returns the rounds that they tell.
async function rounds(lines) {
	text = "";
	while (text.split("\n").length <= lines) await new Promise((done) => setTimeout(done, 5));
	return [...text.matchAll(/rounds (\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
}

await rounds(2);
const rate = { true: [], false: [] };
for (let i = 0; i < 2 * PAIRS; i++) {
	sampler.on = i % 2 === 0;
	await rounds(1);
	const before = process.cpuUsage();
	const done = await rounds(LINES);
	const { user, system } = process.cpuUsage(before);
	rate[sampler.on].push((done * 1e6) / (user + system));
}
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const { processes } = moments.at(-1);
const attaches = processes.reduce((sum, p) => sum + p.attaches.length, 0);
const share = 100 * (1 - Math.max(...rate.true) / Math.max(...rate.false));
const took = median(moments.map((m) => m.took));
console.log(
	`# ${processes.length} processes with ${attaches} attaches: a moment takes ${took.toFixed(1)} ms, ` +
		`and the picture ${share.toFixed(1)} % of the machine's speed`,
);
process.exit(0);
