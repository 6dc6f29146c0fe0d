// The panel of codes: which line is looked at, where the focus is, and how a new panel takes the old one's place.

import * as marks from "./marks.js";
import { trust } from "./wire.js";

export const panel = () => document.getElementById("codes");
export const lines = () => [...panel().querySelectorAll(".line")];
export const current = () => panel().querySelector(".line[aria-current]");
export const readOnly = () => panel().hasAttribute("data-read-only") || panel().hasAttribute("data-finished");
const seen = () => lines().filter((line) => line.checkVisibility());
const undecided = (line) => line.dataset.state === "suggested" && line.dataset.band !== "hidden";
const besides = matchMedia("(min-width: 60rem)"); // notes stand beside the codes

export const same = (one, other) =>
  one && other && one.dataset.code === other.dataset.code && one.dataset.system === other.dataset.system;

export const find = (system, code) =>
  lines().find((line) => line.dataset.code === code && line.dataset.system === system);

export function say(text) {
  document.getElementById("said").textContent = text;
}

// `focus`: the line takes it. `jump`: the notes go to its first evidence.
export function look(line, { focus = true, jump = true } = {}) {
  if (!line) return;
  for (const other of panel().querySelectorAll(".line[aria-current]")) other.removeAttribute("aria-current");
  line.setAttribute("aria-current", "true");
  const folded = line.closest("details:not([open])");
  if (folded) folded.open = true;
  tool(line);
  quote(line);
  marks.brighten(line.dataset.state === "rejected" ? "" : line.dataset.code);
  if (focus) line.querySelector(".pick").focus({ preventScroll: true });
  line.scrollIntoView({ block: "nearest", behavior: "instant" });
  const first = marks.of(line.dataset.code)[0];
  if (jump && besides.matches && first?.checkVisibility()) marks.show(first);
  line.dataset.since = performance.now();
}

// The buttons of the line that is looked at are one toolbar, which goes with it.
function tool(line) {
  const actions = document.getElementById("actions");
  if (!actions) return;
  const had = actions.contains(document.activeElement) ? document.activeElement : null;
  line.querySelector(".more").append(actions);
  for (const field of actions.querySelectorAll("input[name=system]")) field.value = line.dataset.system;
  for (const field of actions.querySelectorAll("input[name=code]")) field.value = line.dataset.code;
  const { state, poa } = line.dataset;
  const accepted = state === "accepted";
  for (const button of actions.querySelectorAll("[data-does]")) {
    const does = button.dataset.does;
    if (does.startsWith("poa-")) button.setAttribute("aria-pressed", String(poa === does.slice(4)));
    if (["principal", "admitting"].includes(does)) button.setAttribute("aria-pressed", String(does in line.dataset));
    if (["accept", "reject"].includes(does)) button.disabled = state === `${does}ed`;
    if (/^(admitting|earlier|later|evidence)$/.test(does)) button.disabled = !accepted;
    if (/^(principal|poa-.)$/.test(does)) button.disabled = state === "rejected";
  }
  had?.focus({ preventScroll: true });
}

function quote(line) {
  const spans = JSON.parse(line.dataset.spans || "[]");
  line.querySelectorAll(".where li").forEach((item, at) => {
    if (item.querySelector("q") || !spans[at]) return;
    const said = marks.text(...spans[at]).replace(/\s+/g, " ").trim();
    const shown = document.createElement("q");
    shown.textContent = said.length > 60 ? `${said.slice(0, 59)}…` : said;
    if (said) item.append(" ", shown);
  });
}

export function step(by) {
  const all = seen();
  const at = all.indexOf(current());
  look(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// The next undecided code behind this one, or the first there is.
export function next(line) {
  const all = lines();
  const at = all.indexOf(line);
  const left = all.filter((other) => undecided(other) && other !== line);
  return left.find((other) => all.indexOf(other) > at) ?? left[0] ?? null;
}

export const firstUndecided = () => lines().find(undecided);

// The new panel in place of the old one. What is being typed stays, and so do scrolling, folds, line and focus.
export function swap(body) {
  const fresh = body.querySelector("#codes");
  const old = panel();
  if (!fresh) return false;
  const was = keep(old);
  for (const { name } of [...old.attributes]) if (name !== "aria-busy") old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
  trust(fresh.dataset.csrf);
  exchange(old, fresh);
  for (const fold of old.querySelectorAll("[data-fold]")) if (was.open.has(fold.dataset.fold)) fold.open = true;
  marks.follow(lines());
  restore(was);
  return true;
}

function keep(old) {
  const active = document.activeElement;
  const inside = old.contains(active) && !active.closest(".adding");
  return {
    line: current()?.dataset,
    does: inside ? active.closest("#actions, .steps, #finish") && active.dataset.does : null,
    inside,
    open: new Set([...old.querySelectorAll("details[open][data-fold]")].map((fold) => fold.dataset.fold)),
  };
}

function exchange(old, fresh) {
  const typed = old.querySelector(".adding");
  if (!typed || !fresh.querySelector(".adding")) {
    old.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const node of [...old.childNodes]) if (node !== typed) node.remove();
  const children = [...fresh.childNodes];
  const at = children.findIndex((node) => node.classList?.contains("adding"));
  typed.before(...children.slice(0, at));
  typed.after(...children.slice(at + 1));
}

function restore(was) {
  const line = (was.line && find(was.line.system, was.line.code)) ?? current() ?? lines()[0];
  const button = was.does && document.querySelector(`#codes [data-does="${was.does}"]:not(:disabled)`);
  if (line) look(line, { focus: was.inside && !button, jump: false });
  if (button && !button.closest(".line:not([aria-current])")) button.focus({ preventScroll: true });
  else if (was.inside && !line) panel().focus({ preventScroll: true });
}
