// Left: the page. A picture with boxes, or lines and cells with the characters marked.

import { picture, read } from "./api.js";
import { byId, make, svg } from "./dom.js";
import { apart, printedLine } from "./printed.js";

const sheet = byId("sheet");
const pages = byId("pages");
let shown = {};
let onPick = () => {};
let onText = () => {};
let onBox = () => {};

export function listen(pick, text, box) {
  [onPick, onText, onBox] = [pick, text, box];
}

// Shows the page of a record on which `path` stands; spans of all its values are boxes on it.
export async function show(record, path, page = null, unit = null) {
  const spans = spansOf(record.sections);
  const asked = { page: page ?? record.where.page, unit: unit ?? record.where.unit };
  const before = shown;
  shown = { record, path, spans, ...asked };
  const same = before.record && before.record.sha256 === record.sha256 && before.page === asked.page;
  if (record.source.kind === "missing") {
    sheet.replaceChildren(make("p", { class: "missing" }, `The page cannot be shown: ${record.source.reason}`));
  } else if (record.source.kind === "pictures") {
    if (!same || !sheet.querySelector("img")) await openPicture();
    else shown.size = before.size;
    drawBoxes();
  } else {
    await openText();
  }
  drawPages();
}

function spansOf(sections, out = []) {
  for (const node of sections) {
    for (const span of node.spans || []) out.push({ path: node.path, ...span });
    for (const part of [node.parts, node.items, node.rows, node.cells]) if (part) spansOf(part, out);
  }
  return out;
}

function drawPages() {
  const go = (page) => show(shown.record, shown.path, page, "");
  const last = shown.record.source.pages;
  const to = (page, text, off) => make("button", { type: "button", disabled: off, onclick: () => go(page) }, text);
  pages.replaceChildren(
    to(shown.page - 1, "‹ previous page", shown.page <= 1),
    make("span", {}, `page ${shown.page} of ${last}`),
    to(shown.page + 1, "next page ›", shown.page >= last),
    ...(shown.record.source.kind === "pictures" ? zoomButtons() : []),
  );
}

let zoom = 1;

function zoomButtons() {
  const by = (factor) => () => { zoom = Math.min(6, Math.max(0.25, factor ? zoom * factor : 1)); place(); };
  return [
    make("button", { type: "button", title: "smaller", onclick: by(0.8) }, "−"),
    make("button", { type: "button", title: "as wide as the pane", onclick: by(0) }, "fit"),
    make("button", { type: "button", title: "larger", onclick: by(1.25) }, "+"),
  ];
}

async function openPicture() {
  const { record, page } = shown;
  const image = make("img", { alt: `page ${page} of ${record.document}`, draggable: "false" });
  const overlay = svg("svg", { class: "boxes", preserveAspectRatio: "none" });
  const frame = make("div", { class: "paper" }, image, overlay);
  const loaded = new Promise((done, failed) => { image.onload = done; image.onerror = failed; });
  image.src = picture(record.sha256, page);
  let size;
  try {
    [size] = await Promise.all([read("size", { sha256: record.sha256, page }), loaded]);
  } catch {
    sheet.replaceChildren(make("p", { class: "missing" }, `Page ${page} cannot be drawn.`));
    return;
  }
  if (shown.page !== page || shown.record.sha256 !== record.sha256) return;
  shown.size = size;
  sheet.replaceChildren(frame);
  drag(frame, overlay);
}

// The size of the page in points: what boxes are measured in.
function points() {
  return shown.size;
}

function drawBoxes() {
  const overlay = sheet.querySelector("svg.boxes");
  if (!overlay) return;
  const { width, height } = points();
  overlay.setAttribute("viewBox", `0 0 ${width} ${height}`);
  overlay.replaceChildren();
  const near = nearest(shown.spans, shown.path);
  for (const span of shown.spans.filter((s) => s.page === shown.page && s.box)) {
    const [x0, top, x1, bottom] = span.box;
    const box = svg("rect", { x: x0 - 1, y: top - 1, width: Math.max(2, x1 - x0 + 2), height: Math.max(2, bottom - top + 2) });
    box.dataset.path = span.path;
    box.classList.toggle("current", isAt(span.path, shown.path));
    box.classList.toggle("near", near !== shown.path && isAt(span.path, near));
    const title = svg("title");
    title.textContent = span.path;
    box.append(title);
    box.addEventListener("click", () => onPick(span.path));
    overlay.append(box);
  }
  place();
}

// Where a value has no place of its own (it is empty): the row or the group around it that has one.
function nearest(spans, path) {
  let at = path;
  while (at && !spans.some((span) => isAt(span.path, at))) at = at.slice(0, Math.max(at.lastIndexOf("."), at.lastIndexOf("["), 0));
  return at;
}

const isCurrent = (path) => isAt(path, shown.path);

function isAt(path, of) {
  return of !== "" && (path === of || path.startsWith(`${of}.`) || path.startsWith(`${of}[`));
}

// The current value in the middle, large enough to be read.
function place() {
  const paper = sheet.querySelector(".paper");
  if (!paper) return;
  const { width } = points();
  const fit = (sheet.clientWidth - 4) / width;
  const scale = Math.max(fit, 0.9) * zoom;
  paper.style.width = `${Math.round(width * scale)}px`;
  const current = sheet.querySelector("rect.current") || sheet.querySelector("rect.near");
  if (!current) return;
  const x = Number(current.getAttribute("x")) * scale;
  const y = Number(current.getAttribute("y")) * scale;
  sheet.scrollTo(Math.max(0, x - sheet.clientWidth / 3), Math.max(0, y - sheet.clientHeight / 3));
}

// A drag draws a box; what is printed inside is read again.
function drag(frame, overlay) {
  let from = null;
  let box = null;
  const at = (event) => {
    const area = frame.getBoundingClientRect();
    const { width, height } = points();
    return [((event.clientX - area.left) / area.width) * width, ((event.clientY - area.top) / area.height) * height];
  };
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = at(event);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!from) return;
    const to = at(event);
    if (!box && Math.hypot(to[0] - from[0], to[1] - from[1]) < 4) return;
    if (!box) {
      box = svg("rect", { class: "drawn" });
      overlay.append(box);
      frame.setPointerCapture(event.pointerId);
    }
    box.setAttribute("x", Math.min(from[0], to[0]));
    box.setAttribute("y", Math.min(from[1], to[1]));
    box.setAttribute("width", Math.abs(to[0] - from[0]));
    box.setAttribute("height", Math.abs(to[1] - from[1]));
  });
  frame.addEventListener("pointerup", (event) => {
    const to = at(event);
    const start = from;
    from = null;
    if (!box) return;
    box.remove();
    box = null;
    onBox(shown.page, [...start, ...to]);
  });
}

async function openText() {
  const { record, page, unit } = shown;
  let content;
  try {
    content = await read("units", { sha256: record.sha256, page, unit });
  } catch (error) {
    sheet.replaceChildren(make("p", { class: "missing" }, `The text cannot be shown: ${error.message}`));
    return;
  }
  if (shown.record !== record || shown.page !== page) return;
  const spans = new Map();
  for (const span of shown.spans.filter((s) => s.page === page)) {
    if (!spans.has(span.unit)) spans.set(span.unit, []);
    spans.get(span.unit).push(span);
  }
  const parts = [];
  const near = nearest(shown.spans, shown.path);
  if (content.above) parts.push(make("p", { class: "more" }, `… ${content.above} lines above`));
  let table = null;
  for (const block of content.blocks) {
    if (block.printed !== undefined) {
      const drawn = printedLine(block, spans, isCurrent, (path, mark) => mark.classList.add(isAt(path, shown.path) ? "current" : near !== shown.path && isAt(path, near) ? "near" : "other"), pick);
      parts.push(drawn);
      continue;
    }
    if (block.unit) {
      table = null;
      const number = make("span", { class: "number", "aria-hidden": "true" }, String(block.line));
      parts.push(make("div", { class: "line", "data-unit": block.unit }, number, marked(block.text, spans.get(block.unit))));
      continue;
    }
    if (!table || table.dataset.table !== String(block.table)) {
      table = make("table", { "data-table": block.table });
      parts.push(table);
    }
    const cells = block.cells.map((cell) => make(
      "td",
      { "data-unit": cell.unit, rowspan: cell.rows, colspan: cell.columns },
      marked(cell.text, spans.get(cell.unit)),
    ));
    table.append(make("tr", {}, ...cells));
  }
  if (content.below) parts.push(make("p", { class: "more" }, `… ${content.below} lines below`));
  const text = make("div", { class: "text" }, ...parts);
  sheet.replaceChildren(text);
  if (text.querySelector(".spaced")) { // all columns of the page at once, down to what can be read
    const wide = sheet.clientWidth / text.scrollWidth;
    text.style.setProperty("--printed", `${Math.max(9, Math.min(13, Math.floor(26 * wide) / 2))}px`);
  }
  const current = sheet.querySelector("mark.current") || sheet.querySelector("mark.near") || (unit && sheet.querySelector(`[data-unit~="${CSS.escape(unit)}"]`));
  if (current) {
    if (current.tagName === "MARK" || unit !== record.where.unit || record.where.own) current.classList.add("here");
    current.scrollIntoView({ block: "center", inline: "nearest" });
  }
}

const pick = (path) => { if (String(getSelection()) === "") onPick(path); };

const MOST = 4000; // characters of one unit that are shown around its marks

function marked(text, spans = []) {
  const characters = Array.from(text); // places count characters, not UTF-16 units
  const out = make("span", { class: "printed" });
  const first = Math.max(0, (spans[0]?.start ?? 0) - MOST / 2);
  const end = Math.min(characters.length, first + MOST);
  let at = first;
  if (first) out.append(make("span", { class: "more" }, `… ${first} characters … `));
  const near = nearest(shown.spans, shown.path);
  const within = spans.map((span) => ({ path: span.path, from: Math.max(at, span.start), to: Math.min(end, span.end) }));
  for (const { path, from, to } of apart(within, isCurrent)) {
    out.append(characters.slice(at, from).join(""));
    const mark = make("mark", { "data-path": path, title: path }, characters.slice(from, to).join(""));
    mark.classList.toggle("current", isAt(path, shown.path));
    mark.classList.toggle("near", near !== shown.path && isAt(path, near));
    mark.addEventListener("click", () => pick(path));
    out.append(mark);
    at = to;
  }
  out.append(characters.slice(at, end).join(""));
  if (end < characters.length) out.append(make("span", { class: "more" }, ` … ${characters.length - end} characters …`));
  return out;
}

sheet.addEventListener("mouseup", () => {
  const chosen = String(getSelection()).trim();
  if (chosen && sheet.querySelector(".text")) onText(chosen);
});

// The next doubt's picture comes while this one is looked at.
export function prefetch(sha256, page) {
  new Image().src = picture(sha256, page);
}
