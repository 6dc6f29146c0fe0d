// Evidence in the notes: bright for the code that is looked at, painted and taken away as the codes change.

const notes = document.getElementById("notes");

export const length = (text) => {
  let count = 0;
  for (const _ of text) count += 1; // characters as the server counts them, not halves of them
  return count;
};

const units = (text, characters) => [...text].slice(0, characters).join("").length;

const blocks = (note) => [...note.querySelectorAll(".text")];

function* pieces(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  let at = Number(block.dataset.start);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = at + length(node.data);
    yield { node, at, end };
    at = end;
  }
}

// Text nodes of a note between two places, cut to them.
function* within(note, start, end) {
  for (const block of blocks(note)) {
    const next = block.nextElementSibling?.dataset?.start;
    if (Number(block.dataset.start) >= end || (next && Number(next) <= start)) continue;
    for (const piece of [...pieces(block)]) {
      if (piece.at < end && piece.end > start) yield piece;
    }
  }
}

function wrap({ node, at }, start, end, number, code) {
  const from = Math.max(start, at);
  const first = units(node.data, from - at);
  const last = units(node.data, Math.max(0, end - at));
  const part = first ? node.splitText(first) : node;
  if (last - first < part.data.length) part.splitText(last - first);
  const mark = document.createElement("mark");
  mark.dataset.codes = code;
  mark.dataset.at = from;
  const name = `m${number}-${from}`;
  if (!document.getElementById(name)) mark.id = name;
  part.replaceWith(mark);
  mark.append(part);
}

function paint(number, start, end, code) {
  const note = document.getElementById(`n${number}`);
  if (!note) return;
  for (const piece of [...within(note, start, end)]) wrap(piece, start, end, number, code);
}

const place = (mark) => Number(mark.dataset.at ?? mark.id.split("-")[1]);

function unpaint(number, start, end, code) {
  const note = document.getElementById(`n${number}`);
  for (const mark of note?.querySelectorAll(`mark[data-codes~="${CSS.escape(code)}"]`) ?? []) {
    if (place(mark) < start || place(mark) >= end) continue;
    const left = mark.dataset.codes.split(" ").filter((each) => each !== code);
    mark.dataset.codes = left.join(" ");
    if (left.length) continue;
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
}

export const word = (code) => code.replaceAll(" ", "_");

function held(lines) {
  const found = new Map();
  for (const line of lines) {
    if (line.dataset.state === "rejected") continue;
    for (const [number, start, end] of JSON.parse(line.dataset.spans || "[]")) {
      const code = word(line.dataset.code);
      found.set([number, start, end, code].join(" "), [number, start, end, code]);
    }
  }
  return found;
}

let painted = null;

// Brings the marks to what the lines say; at first they are as the server drew them.
export function follow(lines) {
  const wanted = held(lines);
  if (painted) {
    for (const [key, span] of painted) if (!wanted.has(key)) unpaint(...span);
    for (const [key, span] of wanted) if (!painted.has(key)) paint(...span);
  }
  painted = wanted;
}

export function of(code) {
  return [...(notes?.querySelectorAll(`mark[data-codes~="${CSS.escape(word(code))}"]`) ?? [])];
}

export function brighten(code) {
  const mine = code ? of(code) : [];
  for (const mark of notes?.querySelectorAll("mark.on, mark.here") ?? []) {
    mark.classList.remove("on", ...(mine.includes(mark) ? [] : ["here"])); // the place that is looked at stays
  }
  for (const mark of mine) mark.classList.add("on");
}

export function show(mark) {
  const folded = mark.closest("details:not([open])");
  if (folded) folded.open = true;
  for (const other of notes.querySelectorAll("mark.here")) other.classList.remove("here");
  mark.classList.add("here");
  const box = mark.getBoundingClientRect();
  if (box.top < 96 || box.bottom > innerHeight - 64) mark.scrollIntoView({ block: "center", behavior: "instant" });
}

export function text(number, start, end) {
  const note = document.getElementById(`n${number}`);
  if (!note) return "";
  return [...within(note, start, end)]
    .map(({ node, at }) => [...node.data].slice(Math.max(0, start - at), end - at).join(""))
    .join("");
}

// What is selected, as evidence: {note_id, start, end, quote}; nothing where it is not words of one note.
export function selected() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const note = (range.startContainer.parentElement ?? range.startContainer).closest?.(".note");
  if (!note || !note.contains(range.endContainer)) return null;
  let start = null;
  let quote = "";
  for (const block of blocks(note)) {
    if (!range.intersectsNode(block)) continue;
    const part = range.cloneRange();
    if (!block.contains(range.startContainer)) part.setStart(block, 0);
    if (!block.contains(range.endContainer)) part.setEnd(block, block.childNodes.length);
    const before = document.createRange();
    before.setStart(block, 0);
    before.setEnd(part.startContainer, part.startOffset);
    start ??= Number(block.dataset.start) + length(before.toString());
    quote += part.toString();
  }
  const words = quote.trim();
  if (start === null || !words) return null;
  start += length(quote.slice(0, quote.indexOf(words)));
  return { note_id: note.dataset.note, start, end: start + length(words), quote: words };
}
