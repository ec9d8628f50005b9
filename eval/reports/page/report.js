"use strict";
(() => {
  const errors = JSON.parse(document.getElementById("data").textContent).errors;
  const form = document.getElementById("filters");
  const body = document.querySelector("#errors tbody");
  const more = document.getElementById("more");
  const STEP = 200;
  let limit = STEP;

  const settledOf = (e) => (e.settled ? "settled (silent)" : "flagged");
  const facets = {
    run: (e) => e.run,
    set: (e) => e.set,
    schema: (e) => e.schema,
    field: (e) => e.field,
    verdict: (e) => e.verdict,
    settled: settledOf,
  };

  const chosen = () => Object.fromEntries(new FormData(form));
  const haystack = (e) => `${e.document} ${e.path} ${e.gold_path} ${text(e.gold)} ${text(e.value)}`.toLowerCase();

  function text(value) {
    if (value === null || value === undefined) return "";
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  function matches(e, want, except) {
    for (const [name, of] of Object.entries(facets)) {
      if (name !== except && want[name] && of(e) !== want[name]) return false;
    }
    return !want.text || haystack(e).includes(want.text.toLowerCase());
  }

  function fill(name, want) {
    const select = form.elements[name];
    const counts = new Map();
    for (const e of errors) {
      if (matches(e, want, name)) counts.set(facets[name](e), (counts.get(facets[name](e)) || 0) + 1);
    }
    if (want[name] && !counts.has(want[name])) counts.set(want[name], 0);
    select.replaceChildren(new Option("all", ""));
    for (const key of [...counts.keys()].sort()) {
      select.append(new Option(`${key} (${counts.get(key)})`, key, false, key === want[name]));
    }
  }

  function cell(row, content, className) {
    const td = row.insertCell();
    if (className) td.className = className;
    if (content instanceof Node) td.append(content);
    else td.textContent = content;
  }

  // What two texts share at both ends is left plain, the rest is marked.
  function marked(own, other) {
    const out = document.createDocumentFragment();
    if (!own || !other) {
      out.append(own || "–");
      return out;
    }
    let a = 0;
    while (a < own.length && a < other.length && own[a] === other[a]) a++;
    let b = 0;
    while (b < own.length - a && b < other.length - a && own[own.length - 1 - b] === other[other.length - 1 - b]) b++;
    const middle = document.createElement("mark");
    middle.textContent = own.slice(a, own.length - b);
    out.append(own.slice(0, a), middle, own.slice(own.length - b));
    return out;
  }

  function named(e) {
    const out = document.createDocumentFragment();
    out.append(e.document);
    if (e.set) {
      const set = document.createElement("div");
      set.className = "place";
      set.textContent = e.set;
      out.append(set);
    }
    return out;
  }

  function placed(places) {
    const out = document.createDocumentFragment();
    for (const p of (places || []).slice(0, 4)) {
      const div = document.createElement("div");
      const where = document.createElement("span");
      where.className = "place";
      where.textContent = `page ${p.page}, ${p.cell ? "cell " + p.cell : "line " + p.line}, ${p.start}–${p.end}: `;
      div.append(where, p.text || "");
      out.append(div);
    }
    if (!places || places.length === 0) out.append("–");
    return out;
  }

  function show() {
    const want = chosen();
    for (const name of Object.keys(facets)) fill(name, want);
    const found = errors.filter((e) => matches(e, want));
    body.replaceChildren();
    for (const e of found.slice(0, limit)) {
      const row = body.insertRow();
      const gold = text(e.gold);
      const value = text(e.value);
      cell(row, e.run);
      cell(row, named(e));
      cell(row, e.form >= 0 ? e.form : `extra ${e.record}`);
      cell(row, e.verdict === "omitted" ? e.gold_path : e.path);
      cell(row, e.verdict, e.verdict);
      cell(row, e.settled ? "settled" : "flagged", e.settled ? "silent" : "");
      cell(row, marked(gold, value));
      cell(row, marked(value, gold));
      cell(row, placed(e.place));
    }
    const total = document.getElementById("shown");
    total.textContent = `${found.length} of ${errors.length} errors, ${Math.min(limit, found.length)} shown`;
    more.hidden = found.length <= limit;
  }

  form.addEventListener("input", () => { limit = STEP; show(); });
  form.addEventListener("reset", () => setTimeout(() => { limit = STEP; show(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { limit += 5 * STEP; show(); });
  show();
})();
