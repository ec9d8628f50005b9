// What is in doubt: its findings, other readings, what Enter affirms; what was decided last; what is left.

import { difference } from "./difference.js";
import { byId, key, make } from "./dom.js";
import * as form from "./form.js";

const SHOWN = 160; // characters of a value beside its name; the form shows all

// `run` does what a key does, `suggest` takes another reading.
export function draw({ mode, doubt, record }, run, suggest) {
  const leaf = form.node(record.sections, doubt.path);
  const parts = [make("h2", { "data-path": doubt.path }, record.title)];
  if (leaf && leaf.kind === "leaf") {
    const text = leaf.empty ? make("span", { class: "nothing" }, "nothing") : make("q", {}, leaf.text.slice(0, SHOWN) + (leaf.text.length > SHOWN ? " …" : ""));
    parts.push(make("p", { class: "read" }, "read: ", text));
  }
  parts.push(affirms(record));
  if (record.suggestions.length) parts.push(readings(record.suggestions, leaf, suggest));
  for (const finding of record.findings) {
    parts.push(make("p", { class: `finding ${finding.severity} ${finding.about}` },
      make("b", {}, finding.meaning || finding.kind), " ", make("span", { class: "message" }, finding.message), " ",
      make("span", { class: "remedy" }, finding.remedy)));
  }
  if (doubt.kinds.includes("stale")) parts.push(make("p", { class: "finding warning" }, make("b", {}, "A decision was made about another reading."), " It reads otherwise now; decide again."));
  if (mode === "audit") parts.push(make("p", {}, "Is the marked value right, and does it belong to this field?"));
  if (mode === "label") parts.push(make("p", {}, "Correct the form until it says what the page says, then accept it as a whole."));
  const others = [doubt.same > 1 && `${doubt.same - 1} more like it`, doubt.alike > doubt.same && `${doubt.alike - 1} more of this field for the same reason`].filter(Boolean);
  if (others.length) parts.push(make("button", { type: "button", class: "alike", onclick: () => run("a") }, key("a"), ` ${others.join(", ")}`));
  byId("doubt").replaceChildren(...parts);
  byId("doubt").scrollTop = 0;
}

function affirms(record) {
  const closes = record.closes.length ? ` This closes ${record.closes.length} more: ${named(record.closes)}.` : "";
  return make("p", { class: "affirms" }, key("Enter"), ` says: ${record.affirms}.${closes}`);
}

const NAMED = 4; // doubts that are named in one line

export function named(names) {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return names.slice(0, NAMED).join("; ") + more;
}

function readings(suggestions, leaf, suggest) {
  const choices = suggestions.map(({ text, column }, n) => make("li", {}, make(
    "button",
    { type: "button", onclick: () => suggest(n) },
    key(String(n + 1)), " ", reading(text, leaf),
    column ? make("span", { class: "from" }, ` from ${column}`) : null,
  )));
  return make("ol", { class: "suggestions", "aria-label": "other readings" }, ...choices);
}

// A long text with what it has otherwise than the value as read.
function reading(text, leaf) {
  if (!leaf || !leaf.long || leaf.empty) return make("span", {}, text);
  const tags = { same: "span", added: "ins", missing: "del" };
  return make("span", {}, ...difference(leaf.text, text).map((piece) => make(tags[piece.kind], {}, piece.text)));
}

const DONE = { accept: "accepted", set: "corrected", reject: "marked wrong", insert: "row inserted", delete: "row deleted" };

// What the last decision decided: it stays until the next one.
export function tell(decided, changes) {
  const { action, text } = changes[0];
  const word = action === "set" && text === null ? "emptied" : DONE[action];
  const and = decided.closed.length ? `, and with it ${named(decided.closed)}` : "";
  last(`${word}: ${decided.name}${and}`);
}

export function last(text) {
  byId("last").textContent = text;
  byId("last").title = text;
}

export function drawLeft(left) {
  const time = left.seconds === null ? "" : `, about ${duration(left.seconds)}`;
  const decisions = left.decisions === left.total ? "" : ` by ${left.decisions} decisions`;
  const within = left.wanted === left.total ? "" : ` (${left.wanted} in view)`;
  byId("left").textContent = `${left.total} to decide${decisions}${within}${time}${left.loading ? ", still counting" : ""}`;
  fill("only_kind", left.kinds);
  fill("only_field", left.fields);
  fill("only_document", left.documents);
}

function fill(id, counts) {
  const select = byId(id);
  const chosen = select.value;
  const options = [make("option", { value: "" }, "all"), ...counts.map(([value, count]) => make("option", { value }, `${value} (${count})`))];
  if (chosen && !counts.some(([value]) => value === chosen)) options.push(make("option", { value: chosen }, `${chosen} (0)`));
  select.replaceChildren(...options);
  select.value = chosen;
}

function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "a minute";
  return minutes < 90 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
