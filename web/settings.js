// SPDX-License-Identifier: BSD-2-Clause
//
// The settings of a machine, and the link that carries them: #run=shmlife&mem=32. A link that asks
// for what cannot be is answered with a sentence, and the rest of it holds.

export const DEFAULTS = { run: "", mem: 16, words: "", kernel: "release", lines: false, tour: 0 };
const MEMORY = { least: 8, most: 1024 };
const KERNELS = ["release", "debug", "forget"];

function number(text, least, most) {
	const n = Number(text);
	return /^\d+$/.test(text) && n >= least && n <= most ? n : null;
}

const readers = {
	run: (text) => text,
	mem: (text) => number(text, MEMORY.least, MEMORY.most),
	words: (text) => text,
	kernel: (text) => (KERNELS.includes(text) ? text : null),
	lines: (text) => ({ 0: false, 1: true })[text] ?? null,
	tour: (text) => number(text, 0, 99),
};
const wants = {
	mem: `a number of MiB from ${MEMORY.least} to ${MEMORY.most}`,
	kernel: KERNELS.join(" or "),
	lines: "0 or 1",
	tour: "the number of a step",
};

// Reads a fragment. Returns the settings, and sentences on what it asks for in vain.
export function fromLink(fragment) {
	const settings = { ...DEFAULTS };
	const wrong = [];
	for (const [name, text] of new URLSearchParams(fragment.replace(/^#/, ""))) {
		if (!(name in readers)) {
			wrong.push(
				`The link has the word ${name}, which is not known; known are ` +
					`${Object.keys(readers).join(", ")}.`,
			);
			continue;
		}
		const value = readers[name](text);
		if (value === null)
			wrong.push(
				`The link asks for ${name}=${text}; it must be ${wants[name]}. ` +
					`${DEFAULTS[name]} is used.`,
			);
		else settings[name] = value;
	}
	return { settings, wrong };
}

// Returns the fragment of a link to these settings.
export function toLink(settings) {
	const words = new URLSearchParams();
	for (const [name, value] of Object.entries(settings)) {
		if (name in DEFAULTS && value !== DEFAULTS[name])
			words.set(name, value === true ? "1" : value);
	}
	return words.size ? `#${words}` : "";
}
