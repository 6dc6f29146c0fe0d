// Keys of the worklist: j and k walk from chart to chart, Enter opens (it is a link), n takes the next, f filters.
const charts = [...document.querySelectorAll("[data-chart]")];

function walk(step) {
  const now = charts.indexOf(document.activeElement);
  const next = now < 0 ? (step > 0 ? 0 : charts.length - 1) : now + step;
  charts[Math.min(Math.max(next, 0), charts.length - 1)]?.focus();
}

const actions = {
  j: () => walk(1),
  k: () => walk(-1),
  n: () => document.querySelector('[data-key="n"]')?.click(),
  f: () => document.querySelector(".filters select")?.focus(),
};

function typing(target) {
  return target.closest("input, select, textarea, dialog, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
  const act = actions[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
