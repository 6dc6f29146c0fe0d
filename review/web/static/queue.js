// Acts on their way to the server, one after the other. None is lost: each has a number, and goes again until answered.

import { insist, Refused } from "./wire.js";

const AGAIN = 2; // times that an act goes again where others were quicker

export function number() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only on https and on this machine
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Queue {
  // version(): acts that the panel has seen. took(html, act), refused(error, act): what to show; refused gives true
  // where the act may go again. changed(): how many wait, and whether the connection is lost.
  constructor({ path, version, digest, took, refused, changed }) {
    Object.assign(this, { path, version, digest, took, refused, changed });
    this.waiting = [];
    this.running = false;
    this.lost = false;
    this.idle = [];
  }

  add(fields) {
    this.waiting.push({ number: number(), fields, tried: 0 });
    this.changed();
    this.#run();
  }

  get pending() {
    return this.waiting.map((act) => act.fields);
  }

  // When all is saved.
  drained() {
    return this.waiting.length ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
  }

  clear() {
    this.waiting.length = 0;
    this.changed();
  }

  async #run() {
    if (this.running) return;
    this.running = true;
    try {
      while (this.waiting.length) await this.#send(this.waiting[0]);
    } finally {
      this.running = false; // whatever went wrong, the next act goes out
    }
    for (const resolve of this.idle.splice(0)) resolve();
  }

  async #send(act) {
    const fields = { ...act.fields, decision_id: act.number, version: this.version(), digest: this.digest() };
    try {
      const html = await insist(this.path, fields, () => this.#connection(true));
      this.#done(act);
      this.took(html, act.fields);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const again = this.refused(error, act.fields) && act.tried < AGAIN;
      act.tried += 1;
      if (!again) this.#done(act);
    }
    this.#connection(false);
  }

  #done(act) {
    const at = this.waiting.indexOf(act);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  #connection(lost) {
    this.lost = lost;
    this.changed();
  }
}
