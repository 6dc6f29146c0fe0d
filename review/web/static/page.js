// What all pages share: whether scripts run, and the keys of the worklist.

import { forget, keep } from "./filters.js";

document.documentElement.classList.add("scripted");
if (location.pathname === "/worklist") keep();
if (!document.body.dataset.user) forget();

const typing = (target) => target.closest?.("input, select, textarea, [contenteditable], dialog");

function rows() {
  return [...document.querySelectorAll("tr[data-row] a[href^='/charts/']")];
}

function step(by) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.focus();
}

const WORKLIST = {
  j: () => step(1),
  k: () => step(-1),
  n: () => document.querySelector("form[action='/worklist/next'] button")?.click(),
  N: () => WORKLIST.n(),
  f: () => document.querySelector("main form[method='get'] :is(input, select)")?.focus(),
};

if (location.pathname === "/worklist") {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const does = WORKLIST[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || typing(event.target) || document.getElementById("help")) return;
  location.href = "/keys";
});
