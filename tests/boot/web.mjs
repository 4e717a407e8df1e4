// SPDX-License-Identifier: BSD-2-Clause
//
// usage: node web.mjs MODULES URL BUILD TESTS: the tests of web.t in a browser, in TAP, after so
// many that were there before.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [modules, url, build, before] = process.argv.slice(2);
const { chromium } = createRequire(`${modules}/`)("playwright-core");
const LONG = 120_000; // only ends a test that hangs
const PROMPT = "isthmus# ";
let count = Number(before);
const foreign = []; // requests to another origin
const errors = []; // exceptions on the page

function ok(name, passed, ...more) {
	console.log(`${passed ? "ok" : "not ok"} ${++count} - ${name}`);
	if (!passed) for (const it of more) console.error(`# ${JSON.stringify(it)}`);
}
const is = (name, got, wanted) =>
	ok(name, JSON.stringify(got) === JSON.stringify(wanted), { got, wanted });
const has = (name, text, part) => ok(name, text.includes(part), { text: text.slice(-600), part });

const browser = await chromium.launch({
	executablePath: "/usr/bin/chromium",
	args: ["--no-sandbox"],
});

// Opens the page in a window of its own.
async function open(hash = "", options = {}, prepare = () => {}) {
	const context = await browser.newContext({
		viewport: { width: 1440, height: 900 },
		reducedMotion: "reduce",
		...options,
	});
	const page = await context.newPage();
	page.setDefaultTimeout(LONG);
	page.on(
		"request",
		(r) => new URL(r.url()).origin === new URL(url).origin || foreign.push(r.url()),
	);
	page.on("pageerror", (e) => errors.push(e.message));
	await prepare(page);
	await page.goto(url + hash);
	return page;
}
const shot = (page, name) => page.screenshot({ path: `${build}/web-shots/${name}.png` });
const text = (page, selector) => page.locator(selector).innerText();
const printed = (page) =>
	page.evaluate(() =>
		isthmus.shell.printed.map((b) => new TextDecoder("latin1").decode(b)).join(""),
	);
// Waits for what the machine prints, and returns all of it.
async function prints(page, part, times = 1) {
	await page.waitForFunction(
		([part, times]) =>
			window.isthmus?.shell.printed
				.map((b) => new TextDecoder("latin1").decode(b))
				.join("")
				.split(part).length > times,
		[part, times],
	);
	return printed(page);
}
const becomes = (page, state) =>
	page.waitForFunction((state) => window.isthmus?.state === state, state);
const type = async (page, line) => {
	await page.locator("#terminal textarea").focus();
	await page.keyboard.type(`${line}\n`);
};
// Drops files on the page, as a visitor does: {name: content}.
async function drop(page, files) {
	const list = Object.entries(files).map(([name, content]) => ({
		name,
		base64: Buffer.from(content).toString("base64"),
	}));
	const data = await page.evaluateHandle(async (list) => {
		const data = new DataTransfer();
		for (const { name, base64 } of list) {
			data.items.add(
				new File(
					[Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))],
					name,
				),
			);
		}
		return data;
	}, list);
	for (const event of ["dragenter", "dragover", "drop"])
		await page.dispatchEvent("body", event, { dataTransfer: data });
}
const verdict = async (page) => {
	await page.waitForFunction(() =>
		document.querySelector("#verdict")?.textContent.match(/ended|crashed/),
	);
	return text(page, "#verdict");
};
const guest = (name) => readFileSync(`${build}/tests/guest/${name}`);
// What the picture shows at each moment.
const moments = (page) =>
	page.evaluate(() =>
		Array.from({ length: isthmus.view.history.length }, (_, i) =>
			isthmus.view.history.at(i),
		),
	);

// ---- A machine with a shell ----
let page = await open();
await prints(page, PROMPT);
ok("the kernel boots to a prompt", true);
is("the state is shown", await text(page, "#state"), "running");
await page.waitForFunction((n) => isthmus.view.moment?.processes.some((p) => p.name === "sh"), 0);
await shot(page, "start");

await type(page, "shmlife");
await prints(page, PROMPT, 2);
await page.waitForFunction(() => isthmus.view.moment.segments.length === 0);
let all = await moments(page);
const told = all.map((m) =>
	m.segments[0]
		? `${m.segments[0].nattch}${m.segments[0].removed ? " removed" : ""}`
		: "none",
);
const turns = told.filter((t, i) => t !== told[i - 1]);
is("shmlife: the picture shows each attach", turns, [
	"none",
	"0",
	"1",
	"2",
	"1",
	"1 removed",
	"none",
]);
const two = all.findLastIndex((m) => m.segments[0]?.nattch === 2);
await page.locator("#list summary").click();
await page.locator("#moment").fill(String(two));
await page.waitForFunction(() => document.querySelector("#tables").innerText.includes("65536"));
has(
	"the slider goes back, and the table shows that moment",
	(await text(page, "#tables")).replace(/\s+/g, " "),
	"65536 8 KiB 2 2 live",
);
const [parent, child] = all[two].processes.filter((p) => p.name === "shmlife");
is("the child has come out of the parent", child.ppid, parent.pid);
const frames = ({ attaches: [a] }) =>
	Object.values(a.ptes)
		.filter((e) => e & 1)
		.map((e) => e >>> 12);
is("parent and child have the same frames", frames(parent), frames(child));
is("which are the segment's", frames(parent), Object.values(all[two].segments[0].frames));
await shot(page, "shmlife");

// By keyboard alone: from the terminal to the picture, and there to a line.
await page.locator("#terminal textarea").focus();
await page.keyboard.press("Shift+Tab");
ok(
	"Shift-Tab leaves the terminal",
	await page.evaluate(() => !document.activeElement.closest("#terminal")),
);
await page.locator("#terminal textarea").focus();
await page.keyboard.press("F6");
is("F6 goes to the picture", await page.evaluate(() => document.activeElement.id), "picture");
await page.keyboard.press("ArrowDown");
await page.keyboard.press("ArrowRight");
has(
	"the arrow keys choose an attach, and it is described",
	await text(page, "#described"),
	"Segment 65536 in process",
);
has(
	"with the entry of the directory bit by bit",
	await text(page, "#described"),
	"Entry 256 of the directory",
);
has("and that of the table", await text(page, "#described"), "Entry 0 of the table");
await shot(page, "attach");
await page.keyboard.press("Escape");
await page.locator("#now").click();
await page.locator("#list summary").click();

await type(page, "shmchat alice &");
await prints(page, PROMPT, 3);
await type(page, "shmchat bob &");
await page.waitForFunction(
	() =>
		isthmus.view.moment.segments[0]?.nattch === 2 &&
		isthmus.view.moment.processes.filter((p) => p.attaches.length).length === 2,
);
const chats = await page.evaluate(() =>
	isthmus.view.moment.processes.filter((p) => p.name === "shmchat"),
);
is(
	"the attaches of two processes without a parent in common go to the same frames",
	frames(chats[0]),
	frames(chats[1]),
);
ok("there is such a frame", frames(chats[0]).length > 0);
await page.locator("#picture").hover({ position: { x: 60, y: 60 } });
has("a pointer over a box describes it", await text(page, "#described"), "Process 1, init");
ok("with what it has mapped", /mapped\s+\d+ KiB; \d+ pages/.test(await text(page, "#described")));
await shot(page, "shmchat");

// ---- Line by line ----
await page.locator("#stop").click();
is("a machine that is stopped", await text(page, "#state"), "stopped");
await page.locator("#stop").click();
await becomes(page, "running");
is("continues", await text(page, "#state"), "running");
await page.locator("#by-line").check();
await type(page, "echo one; echo two");
await becomes(page, "held");
await page.locator("#line").click();
await prints(page, "\none\r\n");
await becomes(page, "held");
ok("the machine waits at the end of a line", !(await printed(page)).includes("\ntwo"));
await page.locator("#line").click();
await prints(page, "\ntwo\r\n");
await page.locator("#by-line").uncheck();
await prints(page, `two\r\n${PROMPT}`);
ok("and goes on", true);
await type(page, "poweroff");
await becomes(page, "ended");
is("poweroff ends it", await text(page, "#state"), "The machine is off.");
await page.locator("#restart").click();
await prints(page, PROMPT);
ok("Restart starts it anew", true);

// ---- The screen, the settings ----
await page.locator("#settings-open").click();
await page.locator("#show-screen").check();
await page.locator("#memory").fill("32");
await page.locator("#words").fill("shmmni=16");
has(
	"the settings give a link",
	await page.locator("#link").inputValue(),
	"#mem=32&words=shmmni%3D16",
);
await shot(page, "settings");
// The dialog starts the machine after it has closed: what the old one printed must not count.
await page.evaluate(() => (isthmus.shell.printed.length = 0));
await page.locator("#apply").click();
ok("the machine has the memory", /^isthmus [0-9.]*: 30\d{3} KiB/.test(await prints(page, PROMPT)));
await type(page, "cat /proc/cmdline");
has("and the words", await prints(page, PROMPT, 2), "shmmni=16");
await page.waitForFunction(() =>
	document.querySelector("#screen").textContent.includes("shmmni=16"),
);
ok("the VGA's screen is shown", true);
await shot(page, "screen");
await page.context().close();

// ---- The tour ----
page = await open("#tour=2");
await prints(page, PROMPT);
await page.getByRole("button", { name: "shmlife, line by line" }).click();
await becomes(page, "held");
// The picture may come after the machine is held, so each moment up to now counts.
const seenTwo = async () => (await moments(page)).some((m) => m.segments[0]?.nattch === 2);
for (let i = 0; i < 40 && !(await seenTwo()); i++) {
	await page.locator("#line").click();
	await becomes(page, "held");
}
ok("the tour goes line by line to nattch 2", await seenTwo());
await shot(page, "tour");
await page.locator("#by-line").uncheck();
await prints(page, "Everything happened as described.");
const steps = await page.locator("#tour-step option").count();
for (let i = 0; i < steps; i++) {
	await page.locator("#tour-step").selectOption(String(i));
	const buttons = await page.locator("#tour .type button").count();
	ok(
		`step ${i + 1} of the tour has something to type and to look at`,
		buttons > 0 && (await page.locator("#tour li").count()) > 0,
	);
}
await page.locator("#tour-step").selectOption({ label: "5. A graft" });
await page.getByRole("button", { name: "spans", exact: true }).click();
await prints(page, "no more than 3 page tables");
await page.waitForFunction(() => isthmus.view.moment.segments.length === 0);
all = await moments(page);
const grafts = all
	.findLast((m) => m.segments[0]?.nattch === 5)
	.processes.filter((p) => p.name === "spans")
	.flatMap((p) => p.tables.filter((t) => t.grafted));
ok(
	"grafts lead to no more than three tables",
	new Set(grafts.map((t) => t.frame)).size === 3 && grafts.length > 9,
	grafts,
);
await page.locator("#moment").fill(String(all.findLastIndex((m) => m.segments[0]?.nattch === 5)));
await shot(page, "graft");
await page.locator("#tour-step").selectOption({ label: "7. Exercise 2: make shmdt forget" });
await page.getByRole("button", { name: "shmdt, on the one that forgets" }).click();
has(
	"a kernel with a defect is found out",
	await prints(page, "leaked"),
	"not ok 13 - dt.2b lpid is the child that detached",
);
await page.locator("#tour-step").selectOption({ label: "8. Exercise 3: why is it refused?" });
await page.getByRole("button", { name: "refused, with the debug kernel" }).click();
has(
	"the debug kernel says why",
	await prints(page, "SHM_REMAP without an address"),
	"why: refused[",
);
await shot(page, "debug");

// ---- Programs of one's own ----
await drop(page, { probe: guest("probe"), "two words.txt": "data" });
await verdict(page);
await page.locator("#arguments").fill("show '/run/two_words.txt'");
await page.locator("#again").click();
is(
	"a dropped program runs, with arguments and a file beside it",
	await verdict(page),
	"probe has ended with status 0.",
);
has("its output is shown", await printed(page), "\ndata");
const [download] = await Promise.all([
	page.waitForEvent("download"),
	page.locator("#save").click(),
]);
is("its output can be saved", readFileSync(await download.path(), "latin1"), await printed(page));
await page.locator("#arguments").fill("exit 7");
await page.locator("#again").click();
await page.waitForFunction(() =>
	document.querySelector("#verdict").textContent.includes("status 7"),
);
ok("its status is shown", true);
await shot(page, "program");
await drop(page, { "notes.txt": "not a program" });
await page.waitForFunction(() => !document.querySelector("#problem").hidden);
is(
	"a file that is no program",
	await text(page, "#problem"),
	"notes.txt can't run here: neither an ELF file nor a script that begins with #!.",
);
const elf = guest("probe");
elf[4] = 2;
await drop(page, { wide: elf });
await page.waitForFunction(() => document.querySelector("#problem").textContent.includes("wide"));
is(
	"a 64-bit program",
	await text(page, "#problem"),
	"wide can't run here: a 64-bit program: compile it with i686-linux-gnu-gcc -static.",
);
await drop(page, { cut: guest("probe").subarray(0, 40) });
await page.waitForFunction(() => document.querySelector("#problem").textContent.includes("cut"));
is("a damaged program", await text(page, "#problem"), "cut can't run here: a damaged ELF file.");
await shot(page, "no-program");

// ---- A crash of the emulator ----
await drop(page, { unknown: guest("unknown") });
await becomes(page, "crashed");
has("a crash of the emulator is told", await text(page, "#problem"), "The emulator has crashed");
await shot(page, "crash");
await page.locator("#restart").click();
await prints(page, PROMPT);
await type(page, "/run/probe exit 9; echo status $?");
ok(
	"the last minute is not lost",
	(await moments(page)).some((m) => m.line?.includes("why: refused")),
);
has(
	"Restart starts a machine, and the files are still there",
	await prints(page, "status 9"),
	"status 9",
);
await page.context().close();

// ---- Links ----
page = await open("#run=shmlife%3B%20echo%20end%20of%20it&mem=24");
has(
	"a link starts what it names",
	await prints(page, `described.\r\nend of it\r\n${PROMPT}`),
	"shmlife; echo end of it",
);
ok("with its settings", /^isthmus [0-9.]*: 2[23]\d{3} KiB/.test(await printed(page)));
await page.context().close();
page = await open("#mem=lots&colour=red");
await prints(page, PROMPT);
has(
	"a link that asks for what cannot be",
	await text(page, "#problem"),
	"The link asks for mem=lots; it must be a number of MiB from 8 to 1024. 16 is used.",
);
has("or has an unknown word", await text(page, "#problem"), "the word colour, which is not known");
await page.context().close();

// ---- What is missing ----
page = await open("", {}, (p) => p.addInitScript(() => delete globalThis.WebAssembly));
await becomes(page, "crashed");
is(
	"no WebAssembly",
	await text(page, "#problem"),
	"This browser has no WebAssembly, so no machine can run on this page.",
);
await page.context().close();
page = await open("", {}, (p) =>
	p.route("**/initrd.tar", (route) => route.fulfill({ status: 404 })),
);
await becomes(page, "crashed");
is(
	"a missing file",
	await text(page, "#problem"),
	"initrd.tar is not on the server (status 404): make web builds the whole folder.",
);
await shot(page, "missing");
await page.context().close();
page = await open("", {}, (p) => p.route("**/v86.wasm", (route) => route.fulfill({ status: 404 })));
await becomes(page, "crashed");
has(
	"a missing file of the emulator",
	await text(page, "#problem"),
	"lib/v86.wasm is not on the server",
);
await page.context().close();
page = await open("", {}, (p) =>
	p.route("**/libv86.mjs", (route) => route.fulfill({ status: 404 })),
);
await becomes(page, "crashed");
has("or of its code", await text(page, "#problem"), "its code could not be loaded");
await page.context().close();

// ---- Colours, a phone, names ----
page = await open("#run=spans", { colorScheme: "dark" });
await page.waitForFunction(() => window.isthmus?.view.moment?.segments[0]?.nattch === 4);
await shot(page, "dark");
is(
	"dark, as the system is",
	await page.evaluate(() => document.documentElement.dataset.colours),
	"dark",
);
const nameless = await page.evaluate(() =>
	[...document.querySelectorAll("button, input, select, canvas")]
		.filter(
			(e) =>
				!e.textContent.trim() &&
				!e.ariaLabel &&
				!e.labels?.length &&
				!e.title,
		)
		.map((e) => e.outerHTML),
);
is("all that can be used has a name for those who don't see it", nameless, []);
await page.context().close();
page = await open("#run=shmchat%20alice%20%26", {
	viewport: { width: 390, height: 844 },
	isMobile: true,
	hasTouch: true,
});
await page.waitForFunction(() => window.isthmus?.view.moment?.segments.length === 1);
ok(
	"a phone: nothing is wider than the screen",
	await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
);
await page.screenshot({ path: `${build}/web-shots/phone.png`, fullPage: true });
await page.context().close();

// ---- Many processes; and a figure to read, since this machine may do other things ----
page = await open("#mem=64");
await prints(page, PROMPT);
console.log(
	`# a prompt ${Math.round(await page.evaluate(() => isthmus.promptAfter))} ms after the load`,
);
await drop(page, { many: guest("many") });
await verdict(page);
await page.locator("#arguments").fill("99 10");
await page.locator("#again").click();
await prints(page, "rounds", 2);
await page.waitForFunction(() => isthmus.view.moment.processes.length > 100);
const attaches = await page.evaluate(() =>
	isthmus.view.moment.processes.reduce((n, p) => n + p.attaches.length, 0),
);
ok("a hundred processes with nearly a thousand attaches are shown", attaches === 991, attaches);
await shot(page, "many");
await page.context().close();

is("no request leaves the page's own origin", foreign, []);
is("no error that is not told", errors, []);
await browser.close();
console.log(`1..${count}`);
