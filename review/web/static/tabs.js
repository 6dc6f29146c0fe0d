// Views beside the codes: notes, timeline, imaging drafts, adverse events, pathology. Each is fetched when asked for.

import { ask, fragment } from "./wire.js";

const panes = document.getElementById("panes");
const wide = matchMedia("(min-width: 130rem)"); // notes and what is beside them fit together

async function fill(name) {
  const html = await ask(`?tab=${name}`);
  const fresh = fragment(html).querySelector("#beside");
  if (fresh) document.getElementById("beside").replaceWith(fresh);
}

export async function show(name) {
  const beside = document.getElementById("beside");
  if (name !== "notes" && beside.dataset.tab !== name) await fill(name);
  panes.dataset.tab = name;
  for (const tab of document.querySelectorAll(".tabs a")) {
    if (tab.dataset.tab === name) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  history.replaceState(null, "", name === "notes" ? location.pathname : `?tab=${name}`);
  document.getElementById(name === "notes" ? "notes" : "beside").focus({ preventScroll: wide.matches });
}

export function listen() {
  document.querySelector(".tabs").addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (!tab || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    show(tab.dataset.tab);
  });
  const fillBeside = () => {
    if (wide.matches && !document.getElementById("beside").childElementCount) fill("timeline");
  };
  wide.addEventListener("change", fillBeside);
  fillBeside();
}
