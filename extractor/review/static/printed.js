// A line of text that is laid out by spaces, as it is printed: in columns, with the characters of each value marked.

import { make } from "./dom.js";

const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]+/gu;

// `block` has the line's text and the places of units in it; `spans` the characters of values by unit.
export function printedLine(block, spans, isFirst, style, pick) {
  const characters = Array.from(block.printed); // places count characters, not UTF-16 units
  const out = make("span", { class: "printed" });
  let at = 0;
  const found = block.places.flatMap((place) => within(place, spans.get(place.unit) ?? []));
  for (const { path, from, to } of apart(found, isFirst)) {
    out.append(...columns(characters.slice(at, from).join("")));
    const mark = make("mark", { "data-path": path, title: path, onclick: () => pick(path) }, ...columns(characters.slice(from, to).join("")));
    style(path, mark);
    out.append(mark);
    at = to;
  }
  out.append(...columns(characters.slice(at).join("")));
  const units = [...block.places.map((place) => place.unit), ...block.near];
  const number = make("span", { class: "number", "aria-hidden": "true" }, String(block.line));
  return make("div", { class: "line spaced", "data-unit": units.join(" ") }, number, out);
}

// Characters are marked for one value: for the current one where several have them (a label that spans rows).
export function apart(found, isFirst) {
  const out = [];
  for (const one of [...found].sort((a, b) => isFirst(b.path) - isFirst(a.path))) {
    if (one.from < one.to && !out.some((other) => one.from < other.to && other.from < one.to)) out.push(one);
  }
  return out.sort((a, b) => a.from - b.from);
}

// The values of a unit that stand in this part of it, by the characters of the line.
function within(place, spans) {
  const last = place.first + place.end - place.start;
  return spans
    .map((span) => ({ path: span.path, from: Math.max(span.start, place.first), to: Math.min(span.end, last) }))
    .filter(({ from, to }) => from < to)
    .map(({ path, from, to }) => ({ path, from: from - place.first + place.start, to: to - place.first + place.start }));
}

// A wide character takes two columns, whatever font there is.
function columns(text) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(WIDE)) {
    out.push(text.slice(at, found.index), wide(found[0]));
    at = found.index + found[0].length;
  }
  return [...out, text.slice(at)].filter((part) => part !== "");
}

function wide(text) {
  const run = make("span", { class: "wide" }, text);
  run.style.width = `${2 * Array.from(text).length}ch`;
  return run;
}
