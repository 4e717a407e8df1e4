// SPDX-License-Identifier: BSD-2-Clause
//
// The visitor's own programs: they are dropped on the page or chosen, checked, and kept until the
// page is left. One of them runs as the machine's only job; its status is shown, and its output can
// be saved. Events: "run" with a job, "shell", "refused" with a sentence.
import { byId, element } from "./element.js";
import { nameOf, whyNot, wordsOf } from "./program.js";

export class Files extends EventTarget {
	kept = []; // {name, bytes}
	job = null; // {name, program, words}
	#messages = "";
	#printed = [];

	constructor() {
		super();
		byId("open").addEventListener("click", () => byId("files").click());
		byId("files").addEventListener("change", (e) => {
			this.#take([...e.target.files]);
			e.target.value = "";
		});
		const drags = (e) => e.dataTransfer?.types.includes("Files");
		addEventListener("dragenter", (e) => drags(e) && (byId("drop").hidden = false));
		addEventListener("dragover", (e) => drags(e) && e.preventDefault());
		addEventListener(
			"dragleave",
			(e) => e.relatedTarget === null && (byId("drop").hidden = true),
		);
		addEventListener("drop", (e) => {
			e.preventDefault();
			byId("drop").hidden = true;
			this.#take([...e.dataTransfer.files]);
		});
	}

	// Takes the files, and runs the first that is a program. The others are beside it in /run.
	async #take(list) {
		const taken = [];
		for (const file of list) {
			try {
				taken.push({
					name: nameOf(file),
					bytes: new Uint8Array(await file.arrayBuffer()),
				});
			} catch {
				return this.#refuse(
					`${file.name} can't be read: a folder can't be dropped, only files.`,
				);
			}
		}
		const whys = taken.map((f) => whyNot(f.bytes));
		const first = whys.indexOf(null);
		if (first < 0 && taken.length)
			return this.#refuse(`${taken[0].name} can't run here: ${whys[0]}.`);
		if (first < 0) return undefined;
		const names = new Set(taken.map((f) => f.name));
		this.kept = [...this.kept.filter((f) => !names.has(f.name)), ...taken];
		return this.#run(taken[first].name, "");
	}

	#refuse(why) {
		this.dispatchEvent(new CustomEvent("refused", { detail: why }));
	}

	#run(name, line) {
		this.job = { name, line, program: `/run/${name}`, words: wordsOf(line) };
		this.#messages = "";
		this.#show("");
		this.dispatchEvent(new CustomEvent("run", { detail: this.job }));
	}

	// The machine is not the job's any more.
	end() {
		this.job = null;
		byId("program").hidden = true;
	}

	log(bytes) {
		this.#messages += new TextDecoder().decode(bytes);
	}

	// The job's machine has ended, as the sentence says, and has printed these bytes.
	ended(sentence, printed) {
		this.#printed = printed;
		if (this.job) this.#show(sentence);
	}

	#show(sentence) {
		const { name, line } = this.job;
		const words = element("input", {
			type: "text",
			id: "arguments",
			value: line,
			placeholder: "arguments",
			"aria-label": `arguments of ${name}`,
		});
		const button = (id, text, action) =>
			element("button", { id, onclick: action }, text);
		const told = this.#messages
			.split("\n")
			.filter((l) => l && !/^(isthmus \d|init starts after)/.test(l));
		byId("program").hidden = false;
		byId("program").replaceChildren(
			element(
				"div",
				{ className: "row" },
				element("strong", {}, name),
				words,
				button("again", "Run again", () => this.#run(name, words.value)),
				button("save", "Save the output", () => this.#save(name)),
				button("shell", "To a shell", () => {
					this.end();
					this.dispatchEvent(new CustomEvent("shell"));
				}),
			),
			element("p", { id: "verdict", role: "status" }, sentence || "runs…"),
			told.length ? element("pre", { id: "messages" }, told.join("\n")) : "",
		);
		byId("save").disabled = !sentence;
	}

	#save(name) {
		const url = URL.createObjectURL(
			new Blob(this.#printed, { type: "application/octet-stream" }),
		);
		element("a", { href: url, download: `${name}.out` }).click();
		setTimeout(() => URL.revokeObjectURL(url), 1000);
	}
}
