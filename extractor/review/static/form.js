// Right: the record as a form. Values can be chosen, edited, moved; rows inserted, deleted, split, joined.

import { byId, make } from "./dom.js";

const form = byId("form");
const NARROWEST = 240; // pixels of a field to type in
const ROWS = 200; // rows of a list that are drawn at once
let onChoose = () => {};
let onEdit = () => {};

export function listen(choose, edit) {
  [onChoose, onEdit] = [choose, edit];
}

export function draw(record, at) {
  form.replaceChildren(
    ...record.sections.map((node) => drawn(node, at)),
    ...(record.residue.length ? [residue(record.residue, !record.schema)] : []),
    ...(record.stale.length ? [stale(record.stale)] : []),
  );
}

const KINDS = { leaf: drawLeaf, group: drawGroup, rows: drawRows, texts: drawTexts };

function drawn(node, at) {
  return KINDS[node.kind](node, at);
}

function drawLeaf(node) {
  return make("div", { class: "field" }, make("span", { class: "label", id: `label ${node.path}` }, node.label), value(node));
}

// A value is a button: it can be reached by Tab, chosen with the mouse, and a screen reader says its state. Its text can
// be selected, which that of a button element cannot.
function value(node) {
  const state = node.doubt ? ", in doubt" : node.mark ? `, ${node.mark}` : "";
  const text = node.empty ? "—" : node.text + (node.cut ? " …" : "");
  return make("div", {
    role: "button",
    tabindex: 0,
    class: ["value", node.long && "long", node.doubt && "doubt", node.mark, node.empty && "empty"].filter(Boolean).join(" "),
    "data-path": node.path,
    "aria-label": `${node.label}: ${node.empty ? "empty" : node.text.slice(0, 200)}${state}`,
    onclick: () => onChoose(node.path, true),
    ondblclick: () => onEdit(node.path),
    onfocus: () => onChoose(node.path, true),
  }, text);
}

function heading(node) {
  const name = node.doubt ? `${node.label}, in doubt` : node.label;
  return make("button", {
    type: "button",
    class: node.doubt ? "heading doubt" : "heading",
    "data-path": node.path,
    "aria-label": name,
    onclick: () => onChoose(node.path, true),
    onfocus: () => onChoose(node.path, true),
  }, node.label);
}

function drawGroup(node, at) {
  return make("fieldset", {}, make("legend", {}, heading(node)), ...node.parts.map((part) => drawn(part, at)));
}

function drawTexts(node, at) {
  const items = around(node.items, at).map((item) => make("li", { "data-row": item.path }, value(item)));
  return make("div", { class: "list" }, heading(node), make("ol", {}, ...items), add(node));
}

function drawRows(node, at) {
  const head = make("tr", {}, make("th", { class: "number", scope: "col" }, "#"), ...node.columns.map((name) => make("th", { scope: "col" }, name)));
  const first = start(node.rows, at);
  const rows = around(node.rows, at).map((row, n) => make(
    "tr",
    { "data-row": row.path, class: [row.doubt && "doubt", row.mark].filter(Boolean).join(" ") },
    make("th", { scope: "row", class: "number" }, rowButton(row, first + n + 1)),
    ...row.cells.map((cell) => make("td", {}, cell.kind === "leaf" ? value(cell) : drawn(cell, at))),
  ));
  const left = node.rows.length - first - rows.length;
  const note = first || left > 0 ? make("p", { class: "more" }, `rows ${first + 1} to ${first + rows.length} of ${node.rows.length}`) : null;
  return make("div", { class: "list" }, heading(node), note, make("div", { class: "scroll" }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows))), add(node));
}

function rowButton(row, number) {
  return make("button", {
    type: "button",
    class: row.doubt ? "row doubt" : "row",
    "data-path": row.path,
    "aria-label": `row ${number}${row.doubt ? ", in doubt" : ""}`,
    onclick: () => onChoose(row.path, true),
    onfocus: () => onChoose(row.path, true),
  }, String(number));
}

function add(node) {
  const last = node.rows || node.items;
  if (last.length) return null;
  return make("button", { type: "button", class: "add", onclick: () => onEdit(node.path) }, "add the first row");
}

// Of a long list, the rows around the one in question.
function start(rows, at) {
  const place = rows.findIndex((row) => at === row.path || at.startsWith(`${row.path}.`) || at.startsWith(`${row.path}[`));
  return rows.length > ROWS ? Math.max(0, Math.min(place - ROWS / 2, rows.length - ROWS)) : 0;
}

function around(rows, at) {
  const first = start(rows, at);
  return rows.slice(first, first + ROWS);
}

function residue(items, open) {
  const entries = items.map((item) => make("li", {}, `page ${item.page}, ${item.unit}: `, make("q", {}, item.text.slice(0, 300))));
  return make("details", { class: "residue", open }, make("summary", {}, `Text that nothing accounts for (${items.length})`), make("ul", {}, ...entries));
}

function stale(items) {
  const entries = items.map((item) => make("li", {}, `${item.path || "the record"}: ${item.who} decided on ${item.at.slice(0, 10)} (${item.action}) about “${item.read.slice(0, 80)}”; it reads otherwise now.`));
  return make("details", { class: "stale", open: true }, make("summary", {}, `Earlier decisions that no longer apply (${items.length})`), make("ul", {}, ...entries));
}

// Marks the chosen value and brings it into view; what was chosen in the form itself stays where the pointer is.
export function choose(path, focus, still = false) {
  for (const element of form.querySelectorAll(".chosen")) element.classList.remove("chosen");
  const element = find(path);
  if (!element) return;
  element.classList.add("chosen");
  if (still) return;
  const { top, bottom } = element.getBoundingClientRect();
  const pane = form.getBoundingClientRect();
  if (top < pane.top || bottom > pane.bottom) element.scrollIntoView({ block: "center", inline: "nearest" });
  if (focus) element.focus({ preventScroll: true });
}

export function find(path) {
  return form.querySelector(`[data-path="${CSS.escape(path)}"]`);
}

// The node of a path: a leaf, a row, a list or a group.
export function node(sections, path) {
  for (const one of sections) {
    if (one.path === path) return one;
    for (const parts of [one.parts, one.items, one.rows, one.cells]) {
      const found = parts && node(parts, path);
      if (found) return found;
    }
  }
  return null;
}

export function leaves(sections, out = []) {
  for (const one of sections) {
    if (one.kind === "leaf") out.push(one);
    for (const parts of [one.parts, one.items, one.rows, one.cells]) if (parts) leaves(parts, out);
  }
  return out;
}

// The list and the row that a path is in: { list, row, number }; null outside of lists.
export function rowOf(sections, path) {
  for (const one of sections) {
    const rows = one.rows || one.items;
    if (rows) {
      const number = rows.findIndex((row) => path === row.path || path.startsWith(`${row.path}.`) || path.startsWith(`${row.path}[`));
      if (number >= 0) return { list: one, row: rows[number], number };
    }
    const found = one.parts && rowOf(one.parts, path);
    if (found) return found;
  }
  return null;
}

// The value above, below, left or right of another.
export function beside(path, direction) {
  const here = find(path);
  const all = [...form.querySelectorAll("[data-path]")];
  if (!here) return all[0]?.dataset.path ?? null;
  const cell = here.closest("td, th");
  if (cell && (direction === "ArrowUp" || direction === "ArrowDown")) {
    const row = direction === "ArrowUp" ? cell.parentElement.previousElementSibling : cell.parentElement.nextElementSibling;
    const there = row?.children[cell.cellIndex]?.querySelector("[data-path]");
    if (there) return there.dataset.path;
  }
  const step = direction === "ArrowUp" || direction === "ArrowLeft" ? -1 : 1;
  return all[all.indexOf(here) + step]?.dataset.path ?? null;
}

// The part of a value's text that is selected: itself, and what stands around it in the whole text; null without.
export function selected(leaf) {
  const chosen = getSelection();
  const part = String(chosen);
  const text = find(leaf.path)?.firstChild;
  if (!part.trim() || leaf.empty || !text || chosen.anchorNode !== text || chosen.focusNode !== text) return null;
  const [from, to] = [chosen.anchorOffset, chosen.focusOffset].sort((a, b) => a - b);
  return { text: text.data.slice(from, to).trim(), around: (whole) => [whole.slice(0, from).trimEnd(), whole.slice(to).trimStart()] };
}

// Han characters are joined with nothing between, words with a space.
export function glued(a, b) {
  if (!a || !b) return a || b;
  return /[\u2e80-\u9fff\uff00-\uffef]$/.test(a) || /^[\u2e80-\u9fff\uff00-\uffef]/.test(b) ? a + b : `${a} ${b}`;
}

// The first or the last value of the form.
export function end(first) {
  const all = form.querySelectorAll(".value, .heading");
  return all[first ? 0 : all.length - 1]?.dataset.path ?? "";
}

// A field to type in, over a value: nothing moves.  Resolves to the text, or to null where it is left as it was.
export function edit(path, text, long) {
  const here = find(path);
  const tall = long || text.length > 60 || text.includes("\n");
  const input = make(tall ? "textarea" : "input", { class: "editor", "aria-label": `new value of ${here.getAttribute("aria-label")}`, rows: tall ? Math.min(14, 2 + text.length / 50) : null });
  input.value = text;
  const [area, pane] = [here.getBoundingClientRect(), form.getBoundingClientRect()];
  input.style.left = `${Math.max(0, Math.min(area.left - pane.left, form.clientWidth - NARROWEST))}px`;
  input.style.top = `${area.top - pane.top + form.scrollTop}px`;
  input.style.width = `${Math.max(area.width, NARROWEST)}px`;
  input.style.minHeight = `${area.height}px`;
  return new Promise((done) => {
    let ended = false;
    const end = (result) => {
      if (ended) return;
      ended = true;
      input.remove();
      done(result);
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation();
        end(input.value);
      } else if (event.key === "Escape") {
        event.stopPropagation();
        end(null);
      } else {
        event.stopPropagation();
      }
    });
    form.append(input);
    input.focus();
    input.select();
    input.scrollIntoView({ block: "nearest" });
  });
}
