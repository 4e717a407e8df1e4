// SPDX-License-Identifier: BSD-2-Clause
//
// The dialog of the settings. It changes the settings only when the machine is to be started anew
// with them ("apply"); the choice of colours holds at once ("colours").
import { byId } from "./element.js";
import { toLink } from "./settings.js";

export class SettingsDialog extends EventTarget {
	#settings;

	constructor(settings) {
		super();
		this.#settings = settings;
		const dialog = byId("settings");
		byId("settings-open").addEventListener("click", () => {
			byId("memory").value = settings.mem;
			byId("kernel").value = settings.kernel;
			byId("words").value = settings.words;
			byId("colours").value = localStorage.getItem("colours") ?? "";
			this.#link();
			dialog.showModal();
		});
		for (const id of ["memory", "kernel", "words"])
			byId(id).addEventListener("input", () => this.#link());
		byId("colours").addEventListener("change", (e) => {
			localStorage.setItem("colours", e.target.value);
			this.dispatchEvent(new CustomEvent("colours"));
		});
		byId("copy").addEventListener("click", async () => {
			byId("link").select();
			try {
				await navigator.clipboard.writeText(byId("link").value);
				byId("copy").textContent = "Copied";
			} catch {
				byId("copy").textContent = "Press Ctrl-C";
			}
		});
		dialog.addEventListener("close", () => {
			byId("copy").textContent = "Copy";
			if (dialog.returnValue !== "apply") return;
			dialog.returnValue = "";
			Object.assign(settings, this.#chosen());
			history.replaceState(null, "", toLink(settings) || location.pathname);
			this.dispatchEvent(new CustomEvent("apply"));
		});
	}

	#chosen() {
		return {
			mem: Number(byId("memory").value),
			kernel: byId("kernel").value,
			words: byId("words").value.trim(),
		};
	}

	#link() {
		byId("link").value =
			location.origin +
			location.pathname +
			toLink({ ...this.#settings, ...this.#chosen() });
	}
}
