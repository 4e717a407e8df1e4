// SPDX-License-Identifier: BSD-2-Clause
//
// The moments of the last minute, counted back from the newest, so that a machine at rest forgets
// nothing. A machine that is started anew goes on where the last one ended. The state of each frame
// is most of a moment, so it is kept whole only for the first moment of a group, and as changes for
// the others.

const KEPT_MS = 60_000;
const GROUP = 32;

// The frames at which two moments differ.
function changes(before, after) {
	const at = [];
	for (let i = 0; i < after.kind.length; i++) {
		if (before.kind[i] !== after.kind[i] || before.owner[i] !== after.owner[i])
			at.push(i);
	}
	return { at, kind: at.map((i) => after.kind[i]), owner: at.map((i) => after.owner[i]) };
}

export class History {
	#groups = [];
	#newest = null;

	get length() {
		return this.#groups.reduce((n, group) => n + group.moments.length, 0);
	}

	// Returns the number of the moment of the last command: the last line with the shell's
	// prompt.
	lastStart() {
		const lines = this.#groups.flatMap((group) => group.moments.map((m) => m.line));
		return Math.max(
			0,
			lines.findLastIndex((line) => line?.includes("# ")),
		);
	}

	push(moment) {
		const { kind, owner, ...rest } = moment.frames;
		let group = this.#groups.at(-1);
		if (!group || group.moments.length === GROUP || group.kind.length !== kind.length) {
			group = { kind, owner, moments: [] };
			this.#groups.push(group);
		}
		const before = group.moments.length ? this.#newest.frames : moment.frames;
		group.moments.push({
			...moment,
			frames: rest,
			changes: changes(before, moment.frames),
		});
		this.#newest = moment;
		while (
			this.#groups.length > 1 &&
			moment.at - this.#groups[0].moments.at(-1).at > KEPT_MS
		) {
			this.#groups.shift();
		}
	}

	// Returns moment i as it was pushed, but without what only the present has.
	at(i) {
		let group = 0;
		while (i >= this.#groups[group].moments.length)
			i -= this.#groups[group++].moments.length;
		const kind = this.#groups[group].kind.slice();
		const owner = this.#groups[group].owner.slice();
		for (const { changes } of this.#groups[group].moments.slice(0, i + 1)) {
			changes.at.forEach((frame, n) => {
				kind[frame] = changes.kind[n];
				owner[frame] = changes.owner[n];
			});
		}
		const moment = this.#groups[group].moments[i];
		return { ...moment, frames: { ...moment.frames, kind, owner } };
	}
}
