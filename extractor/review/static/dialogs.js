// Dialogs: the keys, the list of doubts, identical doubts, where to move a value, how to split a row.

import { read } from "./api.js";
import { byId, key, make } from "./dom.js";

const dialog = byId("dialog");

function open(title, ...content) {
  const close = make("button", { type: "button", class: "close", "aria-label": "close", onclick: () => dialog.close() }, "×");
  dialog.replaceChildren(make("h2", { id: "dialog_title" }, title), close, ...content);
  if (!dialog.open) dialog.showModal();
}

dialog.addEventListener("keydown", (event) => event.stopPropagation());

export function isOpen() {
  return dialog.open;
}

// Resolves when the dialog closes, to what was chosen, or null.
function answered(build) {
  return new Promise((done) => {
    let result = null;
    const choose = (value) => { result = value; dialog.close(); };
    build(choose);
    dialog.addEventListener("close", () => done(result), { once: true });
  });
}

export function keys(commands) {
  const rows = commands.map((c) => make("tr", {}, make("td", {}, key(c.shown ?? c.key)), make("td", {}, c.help)));
  open("Keys", make("table", { class: "keys" }, ...rows), make("p", {}, "In a field: Enter keeps what was typed, Shift+Enter begins a new line, Escape leaves it as it was. Drag a box on the page, or select printed text, to read that place again."));
}

// Doubts of the same field for the same reasons: all at once, after a look at examples.
export function group(found, mayAccept) {
  return answered((choose) => {
    const part = (members, what, same) => make(
      "section",
      {},
      make("h3", {}, `${members.count} ${what}`),
      make("ul", {}, ...members.examples.map((d) => make("li", {}, make("b", {}, d.document), ` · ${d.form_name} · ${d.name} · `, make("q", {}, d.value || "empty")))),
      members.count > members.examples.length ? make("p", { class: "more" }, `and ${members.count - members.examples.length} more`) : null,
      make("button", { type: "button", class: same ? "primary" : "", onclick: () => choose({ same, count: members.count, text: null }) }, `accept all ${members.count}`),
      same ? correction(members, choose) : null,
    );
    const parts = [part(found.same, found.same.count === 1 ? "doubt of this field, reason and value" : "doubts of the same field, reason and value", true)];
    if (found.alike.count === 1) parts.push(make("p", { class: "more" }, "No other doubt is like this one."));
    if (found.alike.count > found.same.count) parts.push(part(found.alike, "doubts of the same field and reason, of any value", false));
    open("Identical doubts", ...parts);
    if (mayAccept) dialog.querySelector("button.primary").focus();
  });
}

function correction(members, choose) {
  const input = make("input", { "aria-label": "the right value of all" });
  const set = make("button", { type: "button", onclick: () => choose({ same: true, count: members.count, text: input.value }) }, `correct all ${members.count}`);
  return make("span", { class: "correct" }, " or ", input, set);
}

// What it says that a whole form is right. Resolves to true where that is meant.
export function whole(record, doubt, leaves) {
  return answered((choose) => {
    const filled = leaves.filter((leaf) => !leaf.empty).length;
    const items = [
      `${filled} values as they stand on the right, and ${leaves.length - filled} empty ones`,
      ...(record.residue.length ? [`none of the ${record.residue.length} texts left over belongs to the form`] : []),
      `${record.doubts.length} doubts are closed`,
    ];
    const names = record.doubt_names.slice(0, 12);
    if (record.doubt_names.length > names.length) names.push(`and ${record.doubt_names.length - names.length} more`);
    const accept = make("button", { type: "button", class: "primary", onclick: () => choose(true) }, "accept the form ", key("Enter"));
    open(`Is the whole form right? ${record.document} · ${doubt.form_name}`,
      make("ul", {}, ...items.map((text) => make("li", {}, text))),
      make("ul", { class: "more" }, ...names.map((text) => make("li", {}, text))), accept);
    accept.focus();
  });
}

// Another field, for a value that was read into the wrong one, or for a part of it. Resolves to its path.
export function target(leaves, from, part) {
  return answered((choose) => {
    const list = make("ul", { class: "targets" });
    const search = make("input", { type: "search", "aria-label": "find a field", placeholder: "find a field" });
    const fill = () => {
      const wanted = search.value.toLowerCase();
      const found = leaves.filter((leaf) => leaf.path !== from && `${leaf.path} ${leaf.label}`.toLowerCase().includes(wanted));
      list.replaceChildren(...found.slice(0, 100).map((leaf) => make("li", {}, make("button", { type: "button", "data-to": leaf.path, onclick: () => choose(leaf.path) }, `${leaf.label} `, make("small", {}, leaf.path.replace(/\[(\d+)\]/g, (_, row) => `, row ${Number(row) + 1}`)), " ", make("q", {}, leaf.empty ? "empty" : leaf.text.slice(0, 60))))));
    };
    search.addEventListener("input", fill);
    search.addEventListener("keydown", (event) => { if (event.key === "Enter") list.querySelector("button")?.click(); });
    fill();
    open(part ? "Move the selected text to" : "Move the value to", part ? make("q", {}, part.slice(0, 200)) : "", search, list);
    search.focus();
  });
}

// The schema of a form that was missed. Resolves to its name.
export function schema(names) {
  return answered((choose) => {
    const list = make("ul", { class: "targets" }, ...names.map((name) => make("li", {}, make("button", { type: "button", onclick: () => choose(name) }, name))));
    open("Which form was missed?", list);
    list.querySelector("button")?.focus();
  });
}

// A row in two: what stays above, what goes below. Resolves to two lists of texts.
export function split(row, columns) {
  return answered((choose) => {
    const texts = row.cells ? row.cells.map((cell) => cell.text) : [row.text];
    const names = row.cells ? columns : ["text"];
    const fields = [0, 1].map((n) => texts.map((text, c) => {
      const input = make("textarea", { rows: 2, "aria-label": `${names[c]}, ${n ? "lower" : "upper"} row` });
      const lines = text.split("\n");
      input.value = n ? lines.slice(1).join("\n") : lines[0];
      return input;
    }));
    const head = make("tr", {}, make("th"), ...names.map((name) => make("th", {}, name)));
    const rows = fields.map((inputs, n) => make("tr", {}, make("th", {}, n ? "lower row" : "upper row"), ...inputs.map((input) => make("td", {}, input))));
    const keep = make("button", { type: "button", class: "primary", onclick: () => choose(fields.map((inputs) => inputs.map((input) => input.value))) }, "split the row");
    open("Split the row in two", make("div", { class: "scroll" }, make("table", { class: "split" }, head, ...rows)), keep);
    fields[1][0].focus();
  });
}

function doubtEntry(item, choose) {
  const value = item.value ? make("q", {}, item.value.slice(0, 60)) : "";
  return make("button", { type: "button", class: "entry", title: `${item.name}: ${item.value}`, onclick: () => choose(item) }, item.name, " ", value, make("span", { class: "from" }, ` ${item.kinds.join(", ")}`));
}

const HEIGHT = 32; // pixels of one entry
const PART = 100; // entries that are asked for at once

// All doubts by document and form; of thousands, those in view are drawn. Resolves to the chosen one.
export function list(asked) {
  return answered(async (choose) => {
    const body = make("div", { class: "entries" });
    const view = make("div", { class: "virtual", tabindex: 0, "aria-label": "doubts" }, body);
    const parts = new Map();
    let total = 0;
    const load = async (part) => {
      if (parts.has(part)) return;
      parts.set(part, []);
      const found = await read("list", { ...asked, start: part * PART, count: PART });
      total = found.total;
      parts.set(part, found.items);
      render();
    };
    const render = () => {
      body.style.height = `${total * HEIGHT}px`;
      const first = Math.max(0, Math.floor(view.scrollTop / HEIGHT) - 3);
      const last = Math.min(total, first + Math.ceil(view.clientHeight / HEIGHT) + 6);
      const entries = [];
      for (let n = first; n < last; n += 1) {
        const item = parts.get(Math.floor(n / PART))?.[n % PART];
        if (!item) { load(Math.floor(n / PART)); continue; }
        const entry = item.heading ? make("h3", { class: "group" }, `${item.heading} (${item.count})`) : doubtEntry(item, choose);
        entry.style.top = `${n * HEIGHT}px`;
        entries.push(entry);
      }
      body.replaceChildren(...entries);
    };
    view.addEventListener("scroll", render);
    const sizes = new ResizeObserver(render);
    sizes.observe(view);
    dialog.addEventListener("close", () => sizes.disconnect(), { once: true });
    open("What is left", view);
    await load(0);
    view.focus();
  });
}
