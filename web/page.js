// SPDX-License-Identifier: BSD-2-Clause
//
// The page: it starts the machine with what the settings, the link or a dropped file ask for, and
// joins the machine, the terminal, the picture and the tour.
import { Console } from "./console.js";
import { byId } from "./element.js";
import { Files } from "./files.js";
import { Machine } from "./machine.js";
import { fromLink } from "./settings.js";
import { SettingsDialog } from "./dialog.js";
import { Tour } from "./tour.js";
import { View } from "./view.js";
import { imageWith, verdictIn } from "./program.js";

const PROMPT = "isthmus# ";
const { settings, wrong } = fromLink(location.hash);
const dark = matchMedia("(prefers-color-scheme: dark)");
const fetched = new Map(); // by name: the promise of a file of the server

let state = "loading"; // running, stopped, held, ended, crashed
let said = ""; // a sentence about the state

paint();
const machine = new Machine();
const shell = new Console(byId("terminal"));
const view = new View();
const tour = new Tour(byId("tour"), Math.max(0, settings.tour - 1));
const files = new Files();
const dialog = new SettingsDialog(settings);

function problem(text) {
	byId("problem").textContent = text;
	byId("problem").hidden = !text;
}

function become(now, sentence = "") {
	state = now;
	said = sentence;
	const words = {
		loading: "loading…",
		running: "running",
		stopped: "stopped",
		held: "waits after a line",
		ended: "ended",
		crashed: "crashed",
	};
	byId("state").textContent = said || words[state];
	byId("stop").textContent = ["stopped", "held"].includes(state) ? "Continue" : "Stop";
	byId("stop").disabled = byId("line").disabled = !["running", "stopped", "held"].includes(
		state,
	);
	document.body.dataset.state = state;
}

// Chooses the colours of the style sheet.
function paint() {
	document.documentElement.dataset.colours =
		localStorage.getItem("colours") || (dark.matches ? "dark" : "light");
}

function recolour() {
	paint();
	shell.recolour();
	view.picture.restyle();
}

// Fetches a file of the page once. Throws an error whose message is a sentence.
async function get(name) {
	if (!fetched.has(name)) {
		fetched.set(
			name,
			fetch(name).then(
				(answer) => {
					if (!answer.ok)
						throw new Error(
							`${name} is not on the server (status ${answer.status}): ` +
								"make web builds the whole folder.",
						);
					return answer.arrayBuffer();
				},
				() => {
					throw new Error(
						`${name} can't be fetched: is the server still there?`,
					);
				},
			),
		);
		fetched.get(name).catch(() => fetched.delete(name));
	}
	return (await fetched.get(name)).slice(0);
}

let compiled = null;

// Returns the emulator's code, which is compiled once.
async function emulator() {
	compiled ??= WebAssembly.compile(await get("lib/v86.wasm"));
	return compiled;
}

// Starts the machine anew. job: {program, words} for init, or null for a shell.
async function boot(job = null) {
	problem("");
	become("loading");
	byId("by-line").checked = false;
	machine.end();
	shell.begin(job !== null); // at once: what the old machine printed is not the new one's
	try {
		if (typeof WebAssembly !== "object")
			throw new Error(
				"This browser has no WebAssembly, so no machine can run on this page.",
			);
		const kernel = settings.kernel;
		const parts = [
			`${kernel}/isthmus.elf`,
			`${kernel}/layout.json`,
			"initrd.tar",
			"more.tar",
		].map(get);
		const [code, elf, layout, initrd, more] = await Promise.all([emulator(), ...parts]);
		const image = imageWith(
			initrd,
			more,
			files.kept,
			job && job.program,
			job ? job.words : [],
		);
		view.present();
		machine.start({
			emulatorCode: code,
			kernel: elf,
			layout: JSON.parse(new TextDecoder().decode(layout)),
			initrd: image,
			memory: settings.mem,
			words: [shell.size(), job ? "log=com2 tty=raw" : "", settings.words]
				.filter(Boolean)
				.join(" "),
			picture: byId("show-picture").checked,
		});
	} catch (e) {
		become("crashed", "not started");
		problem(e.message);
	}
}

// Types a command at the shell's prompt, after what it needs is there.
async function type({ command, raw, lines, kernel }) {
	const another = kernel && kernel !== settings.kernel;
	if (another) settings.kernel = kernel;
	if (another || files.job || !["running", "stopped", "held"].includes(state))
		await toShell();
	byLine(false);
	machine.run();
	if (lines) byLine(true, command);
	else machine.send(raw ? command : `${command}\r`);
	shell.terminal.focus();
}

// Starts a machine with a shell, and returns when there is its prompt.
async function toShell() {
	files.end();
	const prompt = shell.wait(PROMPT);
	await boot();
	if (state !== "crashed") await prompt;
}

// Turns the waiting at each line on or off; a command is typed so that its first line is waited
// for.
function byLine(on, command = "") {
	byId("by-line").checked = on;
	if (command) shell.wait(`${command}\r\n`).then(() => machine.lines(true));
	else machine.lines(on);
	if (command) machine.send(`${command}\r`);
}

machine.addEventListener("started", () => {
	become("running");
	machine.screen(byId("show-screen").checked);
});
machine.addEventListener("running", () => become("running"));
machine.addEventListener("held", () => become("held"));
machine.addEventListener("output", ({ detail }) => shell.write(detail.bytes));
machine.addEventListener("log", ({ detail }) => files.log(detail.bytes));
machine.addEventListener(
	"screen",
	({ detail }) => (byId("screen").textContent = detail.rows.join("\n")),
);
machine.addEventListener("moment", ({ detail }) => view.push(detail.moment));
machine.addEventListener("ended", ({ detail }) => {
	become("ended", verdictIn(files.job?.name ?? "init", detail.verdict));
	files.ended(said, shell.printed);
});
machine.addEventListener("crashed", ({ detail }) => {
	become("crashed");
	problem(
		`The emulator has crashed (${detail.why}). Restart starts the machine anew; ` +
			"the text, the picture and your files are still here.",
	);
	files.ended("The emulator has crashed.", shell.printed);
});
shell.terminal.onData((text) => machine.send(text));
addEventListener("hashchange", () => location.reload());

byId("stop").addEventListener("click", () => {
	if (state === "running") {
		machine.stop();
		become("stopped");
	} else {
		byLine(false);
		machine.run();
	}
});
byId("line").addEventListener("click", () => {
	byId("by-line").checked = true;
	machine.line();
});
byId("by-line").addEventListener("change", (e) => byLine(e.target.checked));
byId("restart").addEventListener("click", () => {
	if (state === "crashed") files.end(); // its program would crash the emulator again
	boot(files.job);
});
byId("show-picture").addEventListener("change", (e) => machine.picture(e.target.checked));
byId("show-screen").addEventListener("change", (e) => {
	byId("screen-box").hidden = !e.target.checked;
	machine.screen(e.target.checked);
});
dialog.addEventListener("apply", () => {
	files.end();
	boot();
});
dialog.addEventListener("colours", recolour);
dark.addEventListener("change", recolour);
files.addEventListener("run", ({ detail }) => boot(detail));
files.addEventListener("shell", () => boot());
files.addEventListener("refused", ({ detail }) => problem(detail));
tour.addEventListener("type", ({ detail }) => type(detail));
tour.addEventListener("step", () => (settings.tour = tour.step ? tour.step + 1 : 0));

// What tests and the curious may use.
window.isthmus = {
	machine,
	view,
	shell,
	settings,
	type,
	promptAfter: 0,
	get state() {
		return state;
	},
};

const prompt = shell.wait(PROMPT).then(() => (window.isthmus.promptAfter = performance.now()));
await boot();
if (wrong.length && state !== "crashed") problem(wrong.join(" "));
if (settings.run) prompt.then(() => type({ command: settings.run, lines: settings.lines }));
