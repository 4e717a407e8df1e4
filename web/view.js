// SPDX-License-Identifier: BSD-2-Clause
//
// What is right on the page: the picture of the present or of an earlier moment, the slider over
// the last minute, the description of what is chosen, and the same as a table.
import { byId, element, hex } from "./element.js";
import { History } from "./history.js";
import { KINDS } from "./memory.js";
import { Picture, sizeOf } from "./picture.js";
import { describe, summary } from "./words.js";

const PLAY_MS = 350; // how long a replay shows a moment

export class View {
	history = new History();
	picture = new Picture(byId("picture"));
	moment = null; // the one that is shown
	#newest = null;
	#back = null; // the number of the earlier moment that is shown; null: the present
	#key = null;
	#said = "";
	#waiting = false;
	#playing = 0;

	constructor() {
		this.picture.addEventListener("pick", ({ detail }) => this.#choose(detail));
		byId("moment").addEventListener("input", (e) => {
			this.#pause();
			this.#go(Number(e.target.value));
		});
		byId("earlier").addEventListener("click", () =>
			this.#go((this.#back ?? this.history.length - 1) - 1),
		);
		byId("later").addEventListener("click", () =>
			this.#go((this.#back ?? this.history.length) + 1),
		);
		byId("now").addEventListener("click", () => this.present());
		byId("play").addEventListener("click", () =>
			this.#playing ? this.#pause() : this.#play(),
		);
		byId("page").addEventListener("input", () => this.#describe());
		byId("list").addEventListener("toggle", () => this.#tables());
		byId("legend").append(...this.#legend());
		this.#slider();
	}

	#legend() {
		const stroke = (colour, width, style, name) =>
			element(
				"li",
				{},
				element("i", {
					className: "stroke",
					style: `border-top: ${width}px ${style} var(${colour})`,
				}),
				name,
			);
		return [
			...KINDS.map(({ name, colour }) =>
				element(
					"li",
					{},
					element("i", { style: `background: var(${colour})` }),
					name,
				),
			),
			stroke("--accent", 2, "solid", "attach"),
			stroke("--graft", 4, "solid", "graft"),
			stroke("--accent", 2, "dashed", "not touched yet"),
		];
	}

	push(moment) {
		this.history.push(moment);
		this.#newest = moment;
		if (this.#back === null) this.#show(moment, true);
		this.#slider();
	}

	// Shows the moments again, from the one that is shown; from the last command if that is the
	// present.
	#play() {
		if (this.#back === null) this.#go(this.history.lastStart());
		this.#playing = setInterval(
			() => this.#go((this.#back ?? this.history.length) + 1),
			PLAY_MS,
		);
		byId("play").textContent = "Pause";
	}

	#pause() {
		clearInterval(this.#playing);
		this.#playing = 0;
		byId("play").textContent = "Replay";
	}

	// Shows the present again.
	present() {
		this.#pause();
		this.#back = null;
		if (this.#newest) this.#show(this.#newest, true);
		this.#slider();
	}

	#go(i) {
		if (i >= this.history.length - 1) return this.present();
		this.#back = Math.max(0, i);
		this.#show(this.history.at(this.#back), false);
		this.#slider();
	}

	#slider() {
		const last = Math.max(0, this.history.length - 1);
		const slider = byId("moment");
		slider.max = last;
		slider.value = this.#back ?? last;
		byId("now").disabled = this.#back === null;
		byId("play").disabled = last === 0;
		byId("earlier").disabled = last === 0 || this.#back === 0;
		byId("later").disabled = this.#back === null;
		const ago =
			this.#newest && this.moment ? (this.#newest.at - this.moment.at) / 1000 : 0;
		const line = this.moment?.line
			?.replace(/\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x1f]/g, "")
			.trim();
		const when =
			this.#back === null ? "now" : `${ago.toFixed(ago < 10 ? 2 : 0)} s before`;
		byId("when").value = line ? `${when}: ${line}` : when;
		slider.setAttribute("aria-valuetext", byId("when").value);
		byId("when").title = byId("when").value;
	}

	#show(moment, present) {
		this.moment = moment;
		this.picture.show(moment, present);
		if (this.#waiting) return;
		this.#waiting = true;
		requestAnimationFrame(() => {
			this.#waiting = false;
			this.#describe();
			this.#tables();
			const text = summary(this.moment);
			if (byId("summary").textContent !== text)
				byId("summary").textContent = text;
		});
	}

	#choose(key) {
		if (key !== this.#key) byId("page").value = 0;
		this.#key = key;
		this.#describe();
	}

	#describe() {
		if (!this.moment) return;
		const parts = describe(
			this.#key,
			this.moment,
			this.picture.boxes,
			Number(byId("page").value),
		);
		byId("hint").hidden = parts !== null;
		byId("page-choice").hidden = !parts || !this.#key.startsWith("attach ");
		const box = element("div", {}, parts ?? []);
		if (box.innerHTML === this.#said) return;
		this.#said = box.innerHTML;
		byId("described").replaceChildren(...box.childNodes);
	}

	#tables() {
		if (!this.moment || !byId("list").open) return;
		const table = (caption, heads, rows) =>
			element(
				"table",
				{},
				element("caption", {}, caption),
				element(
					"thead",
					{},
					element(
						"tr",
						{},
						heads.map((h) =>
							element("th", { scope: "col" }, h),
						),
					),
				),
				element(
					"tbody",
					{},
					rows.map((row) =>
						element(
							"tr",
							{},
							row.map((cell) =>
								element("td", {}, String(cell)),
							),
						),
					),
				),
			);
		const attach = (a) => `${a.shmid} at ${hex(a.address)} ${a.prot}`;
		byId("tables").replaceChildren(
			table(
				"Processes",
				["pid", "parent", "name", "state", "attaches", "page tables"],
				this.moment.processes.map((p) => [
					p.pid,
					p.ppid,
					p.name,
					p.state,
					p.attaches.map(attach).join(", "),
					p.tables
						.map(
							(t) =>
								`${hex(t.frame, 0)}${t.grafted ? " (grafted)" : ""}`,
						)
						.join(", "),
				]),
			),
			table(
				"Segments",
				["shmid", "size", "nattch", "resident", "state"],
				this.moment.segments.map((s) => [
					s.shmid,
					sizeOf(s.bytes),
					s.nattch,
					s.resident,
					[s.removed && "removed", s.locked && "locked"]
						.filter(Boolean)
						.join(", ") || "live",
				]),
			),
		);
	}
}
