// SPDX-License-Identifier: BSD-2-Clause
//
// The guided tour: steps with texts that say what to look at, and buttons that type. The event
// "type" carries the command, and what it needs: a kernel, or to wait at each line.
import { element } from "./element.js";
import { STEPS } from "./steps.js";

export class Tour extends EventTarget {
	#box;
	step = 0;

	constructor(box, step) {
		super();
		this.#box = box;
		this.go(Math.min(step, STEPS.length - 1));
	}

	go(step, focus = "") {
		this.step = step;
		const { title, says, look, type, numbered } = STEPS[step];
		const choice = element(
			"select",
			{
				id: "tour-step",
				"aria-label": "Step of the tour",
				onchange: (e) => this.go(Number(e.target.value), "tour-step"),
			},
			STEPS.map((s, i) =>
				element(
					"option",
					{ value: i, selected: i === step },
					`${i + 1}. ${s.title}`,
				),
			),
		);
		const move = (id, by, text) =>
			element(
				"button",
				{
					id,
					disabled: !STEPS[step + by],
					onclick: () => this.go(step + by, id),
				},
				text,
			);
		this.#box.replaceChildren(
			element("h2", { id: "tour-title", className: "unseen" }, `Tour: ${title}`),
			element(
				"div",
				{ className: "top" },
				move("tour-back", -1, "◀ Back"),
				choice,
				move("tour-on", 1, "Next step ▶"),
			),
			...says.map((html) => element("p", { innerHTML: html })),
			element(
				"div",
				{ className: "type" },
				(type ?? []).map((t) =>
					element(
						"button",
						{
							title: t.command,
							onclick: () =>
								this.dispatchEvent(
									new CustomEvent("type", {
										detail: t,
									}),
								),
						},
						element(
							"span",
							{ className: "command" },
							t.says ?? t.command,
						),
						t.lines ? ", line by line" : "",
					),
				),
			),
			element(
				numbered ? "ol" : "ul",
				{},
				(look ?? []).map((html) => element("li", { innerHTML: html })),
			),
		);
		this.#box.scrollTop = 0;
		document.getElementById(focus)?.focus();
		this.dispatchEvent(new CustomEvent("step"));
	}
}
