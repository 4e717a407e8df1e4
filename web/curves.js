// SPDX-License-Identifier: BSD-2-Clause
//
// Curves of the picture: from a point to another, leaving and arriving level.

// The points of Bezier's curve between the ends [x, y, x, y].
export function curve([x0, y0, x1, y1]) {
	const bend = Math.max(8, Math.abs(x1 - x0) / 2);
	return [x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1];
}

export function strokeCurve(context, ends) {
	const [x0, y0, ...rest] = curve(ends);
	context.beginPath();
	context.moveTo(x0, y0);
	context.bezierCurveTo(...rest);
	context.stroke();
}

// Returns how far a point is from a curve, measured at some of its points.
export function nearest([x0, y0, x1, y1, x2, y2, x3, y3], x, y) {
	let best = Infinity;
	for (let i = 0; i <= 24; i++) {
		const t = i / 24;
		const u = 1 - t;
		const at = (a, b, c, d) =>
			u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
		best = Math.min(best, Math.hypot(at(x0, x1, x2, x3) - x, at(y0, y1, y2, y3) - y));
	}
	return best;
}
