// The chart: what keys and buttons do. The server's answer is the truth; the page shows at once what will be.

import { help, question, reject } from "./dialogs.js";
import { narrow, worklist } from "./filters.js";
import { Finding } from "./finding.js";
import { hold } from "./hold.js";
import { listen } from "./keyboard.js";
import * as marks from "./marks.js";
import * as view from "./panel.js";
import { Queue } from "./queue.js";
import * as tabs from "./tabs.js";
import { sentence } from "./told.js";
import { ask, fragment } from "./wire.js";

const panes = document.getElementById("panes");
const path = `/charts/${panes.dataset.chart}`;
let evidence = null; // what is selected in a note

const queue = new Queue({
  path: `${path}/acts`,
  version: () => view.panel().dataset.version,
  digest: () => panes.dataset.digest,
  took: (html, fields) => {
    view.swap(fragment(html));
    ahead();
    if (fields.action === "accept-all") view.look(view.firstUndecided());
    told(fields);
  },
  refused,
  changed: unsaved,
});

const finding = new Finding({
  path,
  say: view.say,
  left: () => unselect() ?? view.look(view.current() ?? view.lines()[0], { jump: false }),
  chosen: (code, system, replaced) => {
    if (replaced) change({ action: "edit", system: replaced.dataset.system, code: replaced.dataset.code, to: code });
    else change({ action: "add", system, code, ...spans() });
    view.look(view.current() ?? view.lines()[0], { jump: false });
    if (!view.current()) view.panel().focus({ preventScroll: true });
  },
});

function change(fields) {
  const since = Number(view.current()?.dataset.since);
  if (since) fields.seconds = ((performance.now() - since) / 1000).toFixed(1);
  view.panel().setAttribute("aria-busy", "true");
  queue.add(fields);
  ahead();
}

const STATES = { accept: "accepted", reject: "rejected", remove: "rejected" };

// What was decided and is not answered yet looks as it will.
function ahead() {
  for (const { action, system, code } of queue.pending) {
    const line = STATES[action] && view.find(system, code);
    if (line) line.dataset.state = STATES[action];
    if (line && action === "accept") line.querySelector(".state").textContent = "✓";
  }
}

function told(fields) {
  const left = Number(view.panel().dataset.left);
  const line = view.find(fields.system, fields.code);
  if (fields.action === "add" && !left) view.look(line, { jump: false });
  view.say(sentence(fields, left, line?.dataset.rank));
}

// True: the act goes again, because what others did does not touch its line.
function refused(error, fields) {
  const body = fragment(error.html);
  const before = view.find(fields.system, fields.code);
  const state = before?.dataset.truth;
  const text = (body.querySelector("#refused, .refusal, #why-not") ?? body).textContent.trim();
  const swapped = view.swap(body);
  if (!swapped) notice(text);
  if (error.status === 423) queue.clear();
  if (error.status === 409 && view.panel().dataset.digest !== panes.dataset.digest) {
    queue.clear();
    outdated();
    return false;
  }
  const after = fields.code && view.find(fields.system, fields.code);
  if (error.status === 409 && swapped && after && state && after.dataset.state === state) {
    document.getElementById("refused")?.remove();
    return true;
  }
  view.say(text);
  return false;
}

function notice(text) {
  document.getElementById("refused")?.remove();
  const told = document.createElement("div");
  Object.assign(told, { id: "refused", className: "notice bad", textContent: text });
  told.setAttribute("role", "alert");
  view.panel().append(told);
}

function outdated() {
  notice("The notes of this chart have changed since this page was opened. What you decided is saved. ");
  const again = document.createElement("a");
  Object.assign(again, { href: location.href, textContent: "Load the chart again" });
  document.getElementById("refused").append(again);
}

function unsaved() {
  const shown = document.getElementById("unsaved");
  const many = queue?.waiting.length ?? 0;
  if (!many) view.panel().removeAttribute("aria-busy");
  if (many && !queue.lost) return;
  shown.hidden = !many;
  shown.textContent = many ? `${many} not saved yet. Trying again.` : "";
  if (many) view.say(shown.textContent);
}

function spans() {
  if (!evidence) return {};
  const said = { evidence: JSON.stringify([evidence]) };
  unselect();
  return said;
}

function unselect() {
  evidence = null;
  document.getElementById("marked").hidden = true;
  getSelection().removeAllRanges();
}

async function reload() {
  view.swap(fragment(await ask(path)));
}

// Each takes the line that is looked at.
const ACTS = {
  accept: (line) => decide("accept", line),
  reject: (line) => reject(line.dataset.code, (reason) => decide("reject", line, { reason })),
  remove: (line) => decide("added" in line.dataset ? "remove" : "reject", line),
  principal: (line) => withIt("principal", line),
  admitting: (line) => onLine("admitting", line),
  earlier: (line) => onLine("earlier", line),
  later: (line) => onLine("later", line),
  edit: (line) => finding.open(evidence?.quote ?? "", line),
  evidence: (line) => (evidence ? onLine("evidence", line, spans()) : view.say("Select words of a note first.")),
  "place-next": (line) => place(line, 1),
  "place-before": (line) => place(line, -1),
  ...Object.fromEntries([..."YNUW"].map((letter) => [`poa-${letter}`, (line) => present(`poa-${letter}`, line)])),
};

const VIEWS = {
  down: () => view.step(1),
  up: () => view.step(-1),
  "to-undecided": () => view.look(view.firstUndecided()),
  back: () => (finding.close(), document.getElementById("refused")?.remove(), view.look(view.current() ?? view.lines()[0], { jump: false })),
  hidden: () => {
    const folds = [...view.panel().querySelectorAll("[data-fold]")];
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
  },
  contents: () => document.querySelector("#contents a")?.focus(),
  worklist: () => location.assign(worklist()),
  next: () => queue.drained().then(() => document.getElementById("next") && narrow(document.getElementById("next")).submit()),
  help,
  ...Object.fromEntries([...document.querySelectorAll(".tabs a")].map(({ dataset: { tab } }) => [`tab-${tab}`, () => tabs.show(tab)])),
};

const CHART = {
  "accept-all": () => {
    const sure = view.lines().filter((line) => line.dataset.state === "suggested" && line.dataset.band === "pre-accept");
    if (sure.length) change({ action: "accept-all" });
    else view.say("No code is left that is marked as sure.");
  },
  undo: () => backed("undo", "undoes"),
  redo: () => backed("redo", "redoes"),
  finish: () => change({ action: "finish" }),
  "finish-leave": () => change({ action: "finish-leave" }),
  search: () => finding.open(evidence?.quote.slice(0, 80) ?? ""),
  query: () => {
    const line = view.current();
    const of = line ? { system: line.dataset.system, code: line.dataset.code } : {};
    const words = evidence ? { evidence: JSON.stringify([evidence]) } : {};
    question(path, { ...of, ...words }, (said) => change({ action: "query", ...of, ...said }));
  },
};

function backed(action, known) {
  if (view.panel().dataset[known] || queue.waiting.length) change({ action });
  else view.say(`There is nothing to ${action}.`);
}

// A code that is named in place of one that was refused.
function instead(button) {
  const { action, system, code, to, evidence } = Object.fromEntries(new FormData(button.form, button));
  change({ action, system, code, evidence, ...(to && { to }) });
}

function onLine(action, line, more = {}) {
  change({ action, system: line.dataset.system, code: line.dataset.code, ...more });
}

// What is said of accepted codes accepts one that is undecided.
function withIt(action, line) {
  if (line.dataset.state === "suggested") decide("accept", line, {}, action);
  else onLine(action, line);
}

function present(action, line) {
  if (document.querySelector(`#actions [data-does="${action}"]`)) withIt(action, line);
  else view.say("Present on admission is asked of inpatient stays.");
}

// `then`: one act more, on the same line.
function decide(action, line, more = {}, then = "") {
  line.dataset.truth ??= line.dataset.state;
  const next = view.next(line);
  onLine(action, line, more);
  if (then) onLine(then, line);
  view.look(next ?? line, { jump: Boolean(next) });
}

function place(line, by) {
  const all = marks.of(line.dataset.code);
  const at = all.findIndex((mark) => mark.classList.contains("here"));
  if (all.length) marks.show(all[(at + by + all.length) % all.length]);
}

function run(does) {
  if (VIEWS[does]) return VIEWS[does]();
  if (does === "reopen") return view.panel().hasAttribute("data-finished") && change({ action: "reopen" });
  if (view.readOnly() && !does.startsWith("place-")) return view.say("This chart is read-only now.");
  if (CHART[does]) return CHART[does]();
  const line = view.current();
  return line && ACTS[does] ? ACTS[does](line) : view.say("There is no code to do that with.");
}

document.addEventListener("click", (event) => {
  const pick = event.target.closest("#codes .pick");
  const place = event.target.closest("#codes .where a");
  const mark = event.target.closest("#notes mark");
  const button = event.target.closest("[data-does]");
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (pick) {
    event.preventDefault();
    view.look(pick.closest(".line"));
  } else if (place) {
    const found = document.getElementById(place.hash.slice(1));
    if (panes.dataset.tab !== "notes" && !found?.checkVisibility()) tabs.show("notes");
    if (found) event.preventDefault(), marks.show(found);
  } else if (mark && getSelection().isCollapsed) {
    const codes = mark.dataset.codes.split(" ");
    const on = codes.indexOf(marks.word(view.current()?.dataset.code ?? ""));
    const code = codes[(on + 1) % codes.length];
    view.look(view.lines().find((line) => marks.word(line.dataset.code) === code), { focus: true, jump: false });
  } else if (!button && event.target.matches("#refused")) {
    event.target.remove();
  } else if (button?.matches("button")) {
    event.preventDefault();
    if (button.dataset.does === "instead") return instead(button);
    const line = button.closest(".line");
    if (line && line !== view.current()) view.look(line, { jump: false });
    run(button.dataset.does);
  }
});

function selection() {
  if (document.activeElement?.closest(".adding, dialog")) return; // what was selected before counts
  evidence = view.readOnly() ? null : marks.selected();
  const bar = document.getElementById("marked");
  bar.hidden = !evidence;
  if (!evidence) return;
  const quote = document.createElement("q");
  quote.textContent = evidence.quote;
  const code = view.current()?.dataset.state === "accepted" ? view.current().dataset.code : "";
  bar.replaceChildren(quote, ...(code ? [button(`Evidence of ${code}`, "x", "evidence")] : []), button("Add a code", "/", "search"));
}

function button(text, key, does) {
  const made = document.createElement("button");
  const shown = document.createElement("kbd");
  shown.textContent = key;
  made.type = "button";
  made.dataset.does = does;
  made.append(text, " ", shown);
  made.onpointerdown = (event) => event.preventDefault(); // the selection stays
  return made;
}

let settled = 0;
document.addEventListener("selectionchange", () => {
  clearTimeout(settled);
  settled = setTimeout(selection, 80);
});
addEventListener("beforeunload", (event) => queue.waiting.length && event.preventDefault());
listen(run);
tabs.listen();
hold(path, panes.dataset.hold, panes.dataset.digest, (status) => (status === 423 ? reload() : outdated()));
marks.follow(view.lines());
view.look(view.current(), { focus: !location.hash, jump: false });
