// How one text differs from another: their longest common subsequence of characters.

const MOST = 4_000_000; // pairs of characters that are compared; of longer texts only the ends are

// The pieces of both in order: `same`, `added` (only `now` has it), `missing` (only `before` has it).
export function difference(before, now) {
  const [a, b] = [Array.from(before), Array.from(now)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = steps(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const all = [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
  return joined(all);
}

const same = (text) => ({ kind: "same", text });

function steps(a, b) {
  const missing = (text) => ({ kind: "missing", text });
  const added = (text) => ({ kind: "added", text });
  if (a.length * b.length > MOST) return [...a.map(missing), ...b.map(added)];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width); // of the texts from here to their ends
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const at = i * width + j;
      common[at] = a[i] === b[j] ? common[at + width + 1] + 1 : Math.max(common[at + width], common[at + 1]);
    }
  }
  const out = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const at = i * width + j;
    if (a[i] === b[j]) { out.push(same(a[i])); i += 1; j += 1; }
    else if (common[at + width] >= common[at + 1]) { out.push(missing(a[i])); i += 1; }
    else { out.push(added(b[j])); j += 1; }
  }
  return [...out, ...a.slice(i).map(missing), ...b.slice(j).map(added)];
}

function joined(pieces) {
  const out = [];
  for (const piece of pieces) {
    const last = out[out.length - 1];
    if (last && last.kind === piece.kind) last.text += piece.text;
    else out.push({ ...piece });
  }
  return out;
}
