// SPDX-License-Identifier: GPL-2.0
// Lines over the last ten minutes, as SVG. A value that is null or undefined is a gap.

const WIDTH = 360, HEIGHT = 150, LEFT = 34, TOP = 8, BOTTOM = 18;
export const SPAN = 600_000;  // milliseconds

function element(name, attributes, text) {
	const made = document.createElementNS('http://www.w3.org/2000/svg', name);
	for (const [key, value] of Object.entries(attributes))
		made.setAttribute(key, value);
	if (text !== undefined)
		made.textContent = text;
	return made;
}

/** Path of points [time, value], times in milliseconds up to `now`, into the box at (left, top). */
export function path(points, now, max, left, top, width, height) {
	let out = '', pen = 'M';
	for (const [time, value] of points) {
		if (value === null || value === undefined) {
			pen = 'M';
			continue;
		}
		const x = left + width * (1 - (now - time) / SPAN);
		const y = top + height * (1 - Math.min(value, max) / max);
		out += `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
		pen = 'L';
	}
	return out;
}

/** The next of 1, 2, 5, 10, 20, ... that is not below `value`. */
export function ceiling(value) {
	let decade = 1;
	while (decade * 10 < value)
		decade *= 10;
	return [1, 2, 5, 10].map((step) => step * decade).find((most) => most >= value);
}

function shown(value) {
	return value === null || value === undefined ? 'not known' : String(Math.round(value * 1000) / 1000);
}

/**
 * Draws into the figure. `series`: {name, points} each, the first four of which have colours; `top`: the highest value,
 * or nothing: as high as the points are.
 */
export function draw(figure, title, series, now, top) {
	const max = top ?? ceiling(Math.max(1, ...series.flatMap(({points}) => points.map(([, value]) => value ?? 0))));
	const last = series.map(({name, points}) => `${name} ${shown(points.at(-1)?.[1])}`).join(', ');
	const svg = element('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}, now: ${last}`});
	const width = WIDTH - LEFT, height = HEIGHT - TOP - BOTTOM;
	for (const part of [0, .5, 1]) {
		const y = TOP + height * (1 - part);
		svg.append(element('path', {d: `M${LEFT} ${y}H${WIDTH}`, class: 'frame'}),
			element('text', {x: LEFT - 5, y: y + 3, 'text-anchor': 'end'}, part * max));
	}
	for (const minutes of [10, 5, 0]) {
		const anchor = minutes === 0 ? 'end' : minutes === 10 ? 'start' : 'middle';
		svg.append(element('text', {x: LEFT + width * (1 - minutes / 10), y: HEIGHT - 4, 'text-anchor': anchor},
			minutes === 0 ? 'now' : `-${minutes} min`));
	}
	series.forEach(({points}, i) => {
		svg.append(element('path', {d: path(points, now, max, LEFT, TOP, width, height), class: 'abcd'[i]}));
	});
	const caption = document.createElement('figcaption');
	const legend = document.createElement('ul');
	legend.className = 'legend';
	series.forEach(({name}, i) => {
		const item = document.createElement('li');
		item.className = 'abcd'[i];
		item.textContent = name;
		legend.append(item);
	});
	caption.append(`${title}: `, legend);
	figure.replaceChildren(svg, caption);
}

/** The same for a cell of a table: lines alone, from 0 to 1. */
export function spark(title, series, now) {
	const svg = element('svg', {viewBox: '0 0 224 42', role: 'img', 'aria-label': title, preserveAspectRatio: 'none'});
	svg.append(element('path', {d: 'M0 1H224M0 41H224', class: 'frame'}));
	series.forEach((points, i) => {
		svg.append(element('path', {d: path(points, now, 1, 0, 1, 224, 40), class: 'abc'[i]}));
	});
	return svg;
}
