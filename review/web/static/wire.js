// Requests to the server: fragments of HTML, the token against forged requests, and signing in again where one is.

const TRIES = [500, 1000, 2000, 4000, 8000, 15000]; // milliseconds between

const state = { csrf: document.querySelector("meta[name=csrf]")?.content ?? "", signing: null };

export class Refused extends Error {
  constructor(status, html) {
    super(`status ${status}`);
    this.status = status;
    this.html = html;
  }
}

export function fragment(html) {
  return new DOMParser().parseFromString(html, "text/html").body;
}

export function trust(csrf) {
  if (!csrf) return;
  state.csrf = csrf;
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = csrf;
}

export const csrf = () => state.csrf;

async function once(path, fields, signal) {
  const headers = { "X-Fragment": "1" };
  const options = { headers, signal, credentials: "same-origin" };
  if (fields) {
    headers["X-CSRF"] = state.csrf;
    options.method = "POST";
    options.body = new URLSearchParams(fields);
  }
  const answer = await fetch(path, options);
  return { status: answer.status, html: await answer.text() };
}

// One request; where nobody is signed in any more, the dialog comes first and the request goes again.
export async function ask(path, fields = null, signal = undefined) {
  for (;;) {
    const used = state.csrf;
    const answer = await once(path, fields, signal);
    if (answer.status === 401) {
      await signIn(answer.html);
      continue;
    }
    if (answer.status === 403 && used !== state.csrf) continue; // signed in meanwhile
    if (answer.status >= 400) throw new Refused(answer.status, answer.html);
    return answer.html;
  }
}

// Until the server has answered: a lost connection and a server that is starting are waited for.
export async function insist(path, fields, waiting) {
  for (let tried = 0; ; tried += 1) {
    try {
      return await ask(path, fields);
    } catch (error) {
      const lost = !(error instanceof Refused) || [408, 429, 500, 502, 503, 504].includes(error.status);
      if (!lost) throw error;
      waiting(error);
      await pause(TRIES[Math.min(tried, TRIES.length - 1)]);
    }
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
  });
}

// All that wait share one dialog.
function signIn(html) {
  state.signing ??= signedIn(html).finally(() => {
    state.signing = null;
  });
  return state.signing;
}

function signedIn(html) {
  const dialog = document.getElementById("signing");
  const place = document.getElementById("signing-form");
  const before = document.activeElement;
  return new Promise((resolve) => {
    const show = (said) => {
      place.replaceChildren(...fragment(said).childNodes);
      trust(place.querySelector("[data-csrf]")?.dataset.csrf);
      const name = place.querySelector("input[name=name]");
      if (name) name.value ||= document.body.dataset.user ?? "";
      place.querySelector(name?.value ? "input[name=password]" : "input:not([type=hidden])")?.focus();
    };
    const stay = (event) => event.preventDefault();
    dialog.oncancel = stay;
    dialog.onsubmit = async (event) => {
      event.preventDefault();
      const fields = { ...Object.fromEntries(new FormData(event.target)), same: document.body.dataset.user ?? "" };
      const answer = await once("/login", fields).catch(() => null);
      if (!answer) return;
      show(answer.html);
      if (answer.status !== 200 || !place.querySelector("[data-signed-in]")) return;
      dialog.close();
      before?.focus?.();
      resolve();
    };
    dialog.showModal();
    show(html);
  });
}
