// Search for a code to add or to put in another's place, and the way through the hierarchy.

import { ask, fragment, Refused } from "./wire.js";

const PAUSE = 90; // milliseconds behind the last letter

export class Finding {
  // chosen(code, system, replaced): what to do with the code. left(): where the focus goes when the list is closed.
  constructor({ path, chosen, left, say }) {
    Object.assign(this, { path, chosen, left, say });
    this.replaced = null;
    this.asked = null;
    this.timer = 0;
    document.addEventListener("input", (event) => event.target.id === "search" && this.#later());
    document.addEventListener("change", (event) => event.target.id === "system" && this.search());
    document.addEventListener("keydown", (event) => event.target.id === "search" && this.#key(event), true);
    document.addEventListener("submit", (event) => this.#submit(event));
    document.addEventListener("pointerdown", (event) => this.#outside(event));
    document.addEventListener("click", (event) => this.#click(event));
  }

  get input() {
    return document.getElementById("search");
  }

  get place() {
    return document.getElementById("found");
  }

  get system() {
    return document.getElementById("system");
  }

  // `replaced`: the line whose code another one takes the place of; nothing: a code is added.
  open(words = "", replaced = null) {
    if (!this.input) return;
    this.replaced = replaced;
    const told = document.getElementById("editing");
    told.hidden = !replaced;
    told.textContent = replaced ? `In place of ${replaced.dataset.code}. Esc leaves it as it is.` : "";
    if (replaced && [...this.system.options].some((each) => each.value === replaced.dataset.system)) {
      this.system.value = replaced.dataset.system;
    }
    this.input.value = words;
    this.input.focus();
    this.input.select();
    if (words) this.search();
    else if (replaced) this.browse(replaced.dataset.code.slice(0, 3), this.system.value);
  }

  close() {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.place?.replaceChildren();
    this.place?.removeAttribute("tabindex");
    this.input?.setAttribute("aria-expanded", "false");
    this.input?.removeAttribute("aria-activedescendant");
    document.getElementById("editing").hidden = true;
    this.replaced = null;
  }

  search() {
    const q = this.input.value.trim();
    if (!q) return this.browse("", this.system.value);
    return this.#fill("search", { q, system: this.system.value });
  }

  browse(code, system) {
    return this.#fill("browse", { code, system }, code);
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), PAUSE);
  }

  async #fill(what, fields, code = "") {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    try {
      const html = await ask(`${this.path}/${what}`, fields, asked.signal);
      if (asked.signal.aborted) return;
      this.place.replaceChildren(...fragment(html).childNodes);
      this.place.tabIndex = 0; // it scrolls
      const itself = [...this.#hits()].find((hit) => hit.dataset.code === code);
      this.#mark(itself ?? this.#hits()[0]);
      this.input.setAttribute("aria-expanded", "true");
      this.say(`${this.#hits().length} codes`);
    } catch (error) {
      if (error.name === "AbortError") return;
      const told = error instanceof Refused ? fragment(error.html).textContent : "The search does not answer.";
      this.place.textContent = told.trim();
    }
  }

  #hits() {
    return this.place.querySelectorAll("[role=option]");
  }

  #mark(hit) {
    for (const other of this.#hits()) other.setAttribute("aria-selected", String(other === hit));
    if (!hit) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", hit.id);
    hit.scrollIntoView({ block: "nearest" });
    return hit;
  }

  #key(event) {
    const hits = [...this.#hits()];
    const at = hits.findIndex((hit) => hit.getAttribute("aria-selected") === "true");
    const hit = hits[at];
    const end = this.input.selectionStart === this.input.value.length;
    const does = {
      ArrowDown: () => this.#mark(hits[Math.min(at + 1, hits.length - 1)]),
      ArrowUp: () => this.#mark(hits[Math.max(at - 1, 0)]),
      Enter: () => (hit ? this.#take(hit) : this.search()),
      ArrowRight: hit && end && (() => this.browse(hit.dataset.code, hit.dataset.system)),
      ArrowLeft: (end || this.input.selectionStart === 0) && this.place.querySelector(".looked") && (() => this.search()),
      Escape: () => {
        this.close();
        this.input.value = "";
        this.left();
      },
    }[event.key];
    if (!does || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  // A code that cannot be billed is looked into.
  #take(hit) {
    const { code, system } = hit.dataset;
    if ("open" in hit.dataset) return this.browse(code, system);
    const replaced = this.replaced;
    this.close();
    this.input.value = "";
    return this.chosen(code, system, replaced);
  }

  #submit(event) {
    if (event.target.id !== "adding") return;
    event.preventDefault();
    this.search();
    this.input.focus();
  }

  #outside(event) {
    if (this.place?.childElementCount && !event.target.closest(".adding")) this.close();
  }

  #click(event) {
    const hit = event.target.closest("#found [role=option]");
    if (hit) this.#take(hit);
  }
}
