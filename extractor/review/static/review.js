// The page: what is shown, what a key does, what is decided.

import { Refused, name, read, write } from "./api.js";
import * as dialogs from "./dialogs.js";
import { byId, key, make } from "./dom.js";
import * as panel from "./doubt.js";
import * as form from "./form.js";
import * as source from "./source.js";

const state = { mode: "review", doubt: null, record: null, at: "", since: 0, ready: 0, busy: false, editing: false };
const HOLD = 900; // milliseconds for which keys do nothing after the page has gone elsewhere
const FILTERS = ["only_kind", "only_field", "only_document"];
const HEARTBEAT = 30000; // milliseconds; a claim lasts 120 s

const who = byId("who");
who.value = new URLSearchParams(location.search).get("who") || localStorage.getItem("who") || "reviewer";
who.addEventListener("change", () => {
  who.value = who.value.trim() || "reviewer";
  localStorage.setItem("who", who.value);
});

function query() {
  const chosen = Object.fromEntries(["order", ...FILTERS].map((id) => [id, byId(id).value]));
  return { who: who.value, ...chosen };
}

function place() {
  const { sha256, form: number, kinds, gravity, schema, document } = state.doubt;
  return { sha256, form: number, path: state.at, kinds, gravity, schema, document };
}

// One request at a time: a key that is pressed while one is on its way does nothing.
async function once(work) {
  if (state.busy) return;
  state.busy = true;
  document.body.classList.add("busy");
  try {
    say("");
    await work();
  } catch (error) {
    say(error.message);
    if (error instanceof Refused && error.status === 409) await reload();
  } finally {
    state.busy = false;
    state.ready = performance.now();
    document.body.classList.remove("busy");
  }
}

function say(text) {
  byId("message").textContent = text;
}

// What is shown

async function present(found) {
  if (found.mode) state.mode = found.mode;
  document.body.dataset.mode = state.mode;
  if (found.left) panel.drawLeft(found.left);
  const before = state.doubt;
  state.doubt = found.doubt;
  state.record = found.record;
  if (!found.doubt) {
    finished(found.left);
    return;
  }
  state.at = found.doubt.path;
  state.since = performance.now();
  byId("place").textContent = found.record.schema
    ? `${found.record.document} · ${found.doubt.form_name} · ${found.record.schema}`
    : `${found.record.document} · ${found.doubt.form_name}`;
  byId("place").title = byId("place").textContent;
  if (before && (before.sha256 !== found.doubt.sha256 || before.form !== found.doubt.form)) hold(`Now: ${byId("place").textContent}`);
  document.title = `${found.record.document} · review`;
  form.draw(found.record, state.at);
  drawDoubt();
  drawActions();
  form.choose(state.at, false);
  await source.show(found.record, state.at);
  readOnce();
  if (found.holder) say(`${found.holder} is at work on this document: you can look, and not decide.`);
}

// A key belongs to what was shown when it was pressed: where the page has gone elsewhere, keys do nothing for a moment.
let holding = 0;

function hold(text) {
  document.body.classList.add("held");
  byId("held").textContent = text;
  clearTimeout(holding);
  holding = setTimeout(() => { document.body.classList.remove("held"); byId("held").textContent = ""; }, HOLD);
}

const held = (event) => document.body.classList.contains("held") || event.timeStamp < state.ready;

// A value that OCR was not sure of is read once more from its place; other texts become the last of the other readings.
async function readOnce() {
  const { doubt, record } = state;
  if (record.source.kind !== "pictures" || !doubt.kinds.includes("low_confidence")) return;
  let texts;
  try {
    ({ texts } = await write("read_once", { sha256: doubt.sha256, form: doubt.form, path: doubt.path }));
  } catch {
    return; // without OCR on this machine there is no other reading
  }
  const others = texts.filter((text) => !record.suggestions.some((offer) => offer.text === text)).map((text) => ({ text, column: "" }));
  if (state.record !== record || !others.length) return;
  record.suggestions = [...record.suggestions.slice(0, 9 - others.length), ...others]; // what the other keys take must not change
  drawDoubt();
}

function finished(left) {
  const elsewhere = left && left.wanted;
  byId("place").textContent = elsewhere ? "Nothing is left for you" : "Nothing is left";
  byId("doubt").replaceChildren(make("p", { class: "done" }, elsewhere
    ? `${left.wanted} decisions are left, in documents that other people have open. Load the page again to see what they leave.`
    : "Everything that these filters show is decided."));
  for (const id of ["form", "actions", "sheet", "pages"]) byId(id).replaceChildren();
  drawActions();
}

const drawDoubt = () => panel.draw(state, run, suggest);

// Going on

async function next(extra = {}) {
  await present(await read("next", { ...query(), ...(state.doubt ? place() : {}), ...extra }));
}

async function reload() {
  if (!state.doubt) return next();
  const { sha256, form: number } = state.doubt;
  return present(await read("record", { ...query(), sha256, form: number, path: state.at }));
}

async function choose(path, inForm = false) {
  if (!state.record || state.editing || path === state.at) return;
  state.at = path;
  form.choose(path, !inForm, inForm);
  await source.show(state.record, path, ...wherever(path));
}

function wherever(path) { // the page of a value; of one without a place, the page that is shown
  const spans = form.leaves(state.record.sections).filter((leaf) => leaf.path === path || leaf.path.startsWith(`${path}.`) || leaf.path.startsWith(`${path}[`)).flatMap((leaf) => leaf.spans);
  return spans.length ? [spans[0].page, spans[0].unit] : [null, null];
}

// Deciding

async function decide(changes, stay = false) {
  const asked = { ...query(), ...place(), path: state.doubt.path, changes, stay, batch: name(), seen: state.record.seen, seconds: (performance.now() - state.since) / 1000 };
  if (changes.some((change) => change.path.startsWith("#"))) throw new Error("this form is shown to be looked at; find its own doubts in the list (l)");
  const found = await write("decide", asked);
  await present(found);
  panel.tell(found.decided, changes);
  if (found.decided.closed.length) hold(`${found.decided.closed.length + 1} doubts were decided at once`);
}

function accept() {
  const path = state.at.startsWith("#") ? state.doubt.path : state.at;
  if (state.mode === "review" && path !== state.doubt.path && !isDoubt()) return choose(state.doubt.path); // Enter is about what is shown
  if (path === "" && state.record.closes.length) return whole();
  return decide([{ action: "accept", path }], path === state.at && !isDoubt());
}

// The form as a whole: what that says is shown first, where doubts are shown at all.
async function whole() {
  if (state.mode === "review" && !(await dialogs.whole(state.record, state.doubt, form.leaves(state.record.sections)))) return;
  await decide([{ action: "accept", path: "" }]);
}

const isDoubt = () => state.record.doubts.includes(state.at);
const set = (text) => decide([{ action: "set", path: state.at, text }], !isDoubt());

function leaf() {
  const found = form.node(state.record.sections, state.at);
  if (!found || found.kind !== "leaf") throw new Error("choose one value first: this is a row, a list or a whole record");
  return found;
}

function suggest(number) {
  const text = state.record.suggestions[number]?.text;
  if (text === undefined || state.at !== state.doubt.path) return;
  once(() => set(text));
}

const wholeText = async (node) => (node.cut ? (await read("value", { ...place(), path: node.path })).text : node.text);

async function edit(text = null) {
  const found = form.node(state.record.sections, state.at);
  if (found && (found.rows || found.items) && !(found.rows || found.items).length) return insertInto(found, "");
  const here = leaf();
  if (text === null) text = await wholeText(here);
  state.editing = true;
  state.busy = false;
  let typed;
  try {
    typed = await form.edit(state.at, text, here.long);
  } finally {
    state.editing = false;
  }
  if (typed === null) {
    form.find(state.at)?.focus();
    return;
  }
  await set(typed);
}

function here() {
  const found = form.rowOf(state.record.sections, state.at);
  if (!found) throw new Error("choose a value in a list or a table first");
  return found;
}

const rowName = (path) => path.slice(path.lastIndexOf("[") + 1, -1);

async function insertInto(list, after) {
  const path = `${list.path}[+${name()}]`;
  await decide([{ action: "insert", path, after }], true);
  await choose(list.kind === "texts" ? path : form.node(state.record.sections, path)?.cells?.[0]?.path ?? path);
}

function insert() {
  const found = form.node(state.record.sections, state.at);
  if (found && (found.rows || found.items)) return insertInto(found, "");
  const { list, row } = here();
  return insertInto(list, rowName(row.path));
}

function remove() {
  const { row } = here();
  return decide([{ action: "delete", path: row.path }], !state.record.doubts.some((path) => path.startsWith(row.path)));
}

async function split() {
  const { list, row } = here();
  const texts = await dialogs.split(row, list.columns);
  if (!texts) return;
  const path = `${list.path}[+${name()}]`;
  const cells = row.cells ?? [row];
  const changes = [{ action: "insert", path, after: rowName(row.path) }];
  cells.forEach((cell, n) => {
    if (texts[0][n] !== cell.text) changes.push({ action: "set", path: cell.path, text: texts[0][n] });
    if (texts[1][n]) changes.push({ action: "set", path: path + cell.path.slice(row.path.length), text: texts[1][n] });
  });
  await decide(changes, true);
}

async function join() {
  const { list, row, number } = here();
  const below = (list.rows || list.items)[number + 1];
  if (!below) throw new Error("there is no row below to join with");
  const [upper, lower] = [row.cells ?? [row], below.cells ?? [below]];
  const changes = upper.flatMap((cell, n) => (lower[n]?.text && lower[n].text !== cell.text ? [{ action: "set", path: cell.path, text: form.glued(cell.text, lower[n].text) }] : []));
  await decide([...changes, { action: "delete", path: below.path }], true);
}

// The value, or the part of it that is selected: that is added to the other value, and the rest stays.
async function move() {
  const from = leaf();
  const part = form.selected(from);
  const to = await dialogs.target(form.leaves(state.record.sections), from.path, part?.text);
  if (!to) return;
  const text = await wholeText(from);
  const there = await wholeText(form.node(state.record.sections, to));
  const [moved, rest] = part ? [form.glued(there, part.text), form.glued(...part.around(text))] : [text, null];
  await decide([{ action: "set", path: to, text: moved }, { action: "set", path: from.path, text: rest }], !isDoubt());
}

async function alike() {
  const found = await read("group", { ...query(), ...place(), path: state.doubt.path });
  const chosen = await dialogs.group(found, true);
  if (!chosen) return;
  const asked = { ...query(), ...place(), path: state.doubt.path, ...chosen, batch: name(), seconds: (performance.now() - state.since) / 1000 };
  const after = await write("decide_all", asked);
  await present(after);
  panel.last(`${after.count} decided at once`);
  hold(`${after.count} doubts were decided at once`);
}

async function addForm() {
  const schema = await dialogs.schema(state.record.schemas);
  if (!schema) return;
  const asked = { ...query(), sha256: state.doubt.sha256, schema, batch: name(), seconds: (performance.now() - state.since) / 1000 };
  await present(await write("add_form", asked));
}

async function undo() {
  await present(await write("undo", { ...query(), batch: name() }));
}

async function pick() {
  const item = await dialogs.list(query());
  if (item) await present(await read("record", { ...query(), sha256: item.sha256, form: item.form, path: item.path }));
}

async function readAgain(page, box) {
  const { text } = await write("text_in", { sha256: state.doubt.sha256, page, box });
  if (!text) throw new Error("no text was found in the box");
  await edit(text);
}

// Keys. `modes` says where one is offered.

const REVIEW = ["review", "label"];
const COMMANDS = [
  { key: "Enter", help: "accept, and the next doubt", name: "accept", work: accept },
  { key: "x", help: "wrong, and the right value is not known", name: "wrong", work: () => decide([{ action: "reject", path: state.at }]), modes: ["review", "audit"] },
  { key: "e", help: "edit the chosen value", name: "edit", work: () => edit(), modes: REVIEW },
  { key: "n", help: "printed as nothing: empty", name: "empty", work: () => { leaf(); return set(null); }, modes: REVIEW },
  { key: "1", shown: "1 … 9", help: "take another reading", modes: REVIEW },
  { key: "s", help: "skip: the next doubt", name: "skip", work: () => next() },
  { key: "p", help: "the doubt before", name: "back", work: () => next({ back: 1 }) },
  { key: "u", help: "undo your last decision", name: "undo", work: undo, always: true },
  { key: "f", help: "the whole form is right", name: "form is right", work: whole, modes: REVIEW },
  { key: "a", help: "identical doubts at once", name: "identical", work: alike, modes: ["review"] },
  { key: "i", help: "insert a row below", name: "insert row", work: insert, modes: REVIEW },
  { key: "d", help: "delete the row", name: "delete row", work: remove, modes: REVIEW },
  { key: "t", help: "split the row in two", name: "split row", work: split, modes: REVIEW },
  { key: "j", help: "join with the row below", name: "join rows", work: join, modes: REVIEW },
  { key: "m", help: "move the value, or the part of it that is selected, to another field", name: "move value", work: move, modes: REVIEW },
  { key: "w", help: "add a form that was missed", name: "add form", work: addForm, modes: REVIEW },
  { key: "l", help: "list what is left", work: pick, always: true },
  { key: "?", help: "show the keys", work: () => dialogs.keys(offered()), always: true },
  { key: "Arrow", shown: "← ↑ ↓ →", help: "choose another value (Tab does, too)" },
  { key: "Ends", shown: "Home, End", help: "the top of the form, its end" },
];

const offered = () => COMMANDS.filter((c) => !c.modes || c.modes.includes(state.mode));

function drawActions() {
  const buttons = offered().filter((c) => c.name && (state.doubt || c.always)).map((c) => make("button", { type: "button", class: c.key === "Enter" ? "primary" : "", title: c.help, onclick: () => run(c.key) }, c.name, " ", key(c.key)));
  byId("actions").replaceChildren(...buttons);
}

function run(pressed) {
  const command = offered().find((c) => c.key === pressed && c.work);
  if (command && (state.doubt || command.always)) once(command.work);
  return Boolean(command);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (state.editing || dialogs.isOpen() || event.target.closest("input, select, textarea")) return;
  const onControl = event.key === "Enter" && event.target.closest("button:not([data-path]), summary");
  if (onControl) return;
  if (held(event)) {
    event.preventDefault();
    return;
  }
  if (event.key.startsWith("Arrow") && state.record) {
    const path = form.beside(state.at, event.key);
    if (path !== null && !event.target.closest("#sheet")) {
      event.preventDefault();
      choose(path);
    }
  } else if ((event.key === "Home" || event.key === "End") && state.record && !event.target.closest("#sheet")) {
    event.preventDefault();
    choose(form.end(event.key === "Home"));
  } else if (/^[1-9]$/.test(event.key) && state.record && state.mode !== "audit") {
    suggest(Number(event.key) - 1);
  } else if (run(event.key)) {
    event.preventDefault();
  }
});

byId("show_list").addEventListener("click", () => run("l"));
byId("show_keys").addEventListener("click", () => run("?"));
for (const id of ["order", ...FILTERS]) {
  byId(id).addEventListener("change", () => {
    byId(id).blur();
    once(async () => { state.doubt = null; await next(); });
  });
}
form.listen(choose, (path) => once(async () => { await choose(path); await edit(); }));
source.listen(
  choose,
  (text) => { if (!state.editing && state.mode !== "audit" && form.node(state.record.sections, state.at)?.kind === "leaf") once(() => edit(text)); else if (state.editing) fillEditor(text); },
  (page, box) => once(() => readAgain(page, box)),
);

function fillEditor(text) {
  const editor = document.querySelector(".editor");
  if (editor) {
    editor.value = text;
    editor.focus();
  }
}

setInterval(async () => {
  if (!state.doubt || document.hidden) return;
  try {
    const found = await write("claim", { ...query(), sha256: state.doubt.sha256 });
    panel.drawLeft(found.left);
  } catch (error) {
    say(`the server does not answer: ${error.message}`);
  }
}, HEARTBEAT);

once(() => next());
