// SPDX-License-Identifier: BSD-2-Clause

// Makes an element. Children are nodes or text; a property that the element has is set, any other
// word becomes an attribute.
export function element(tag, properties = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(properties)) {
		if (name in made) made[name] = value;
		else made.setAttribute(name, value);
	}
	made.append(...children.flat());
	return made;
}

export const byId = (id) => document.getElementById(id);

export const hex = (n, digits = 8) => `0x${(n >>> 0).toString(16).padStart(digits, "0")}`;
