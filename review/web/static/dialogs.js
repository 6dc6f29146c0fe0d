// Dialogs: the reason of a rejection, a question to the physician.

import { ask, fragment } from "./wire.js";

const byId = (id) => document.getElementById(id);

// Asks why; `done(reason)` where the person goes on, also without a reason.
export function reject(code, done) {
  const dialog = byId("rejecting");
  const typed = byId("reason");
  dialog.querySelector("[data-of]").textContent = code;
  typed.value = "";
  const end = (reason) => {
    dialog.close();
    done(reason);
  };
  dialog.onclick = (event) => {
    const button = event.target.closest("[data-reason]");
    if (button) end(button.dataset.reason);
  };
  dialog.onkeydown = (event) => {
    const reason = /^[1-9]$/.test(event.key) && !typed.value && dialog.querySelectorAll("[data-reason]")[event.key - 1];
    if (!reason || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    end(reason.dataset.reason);
  };
  byId("rejecting-typed").onsubmit = (event) => {
    event.preventDefault();
    end(typed.value.trim());
  };
  dialog.showModal();
  typed.focus();
}

// A draft of the server, which the person changes; `done({question, options})` where it is kept. `of`: code and words.
export async function question(path, of, done) {
  const dialog = byId("asking");
  const fields = byId("question-fields");
  const typed = () => ({ question: byId("question").value.trim(), options: JSON.stringify(lines(byId("options").value)) });
  const show = async (said) => {
    const html = await ask(`${path}/question`, { ...of, ...said }).catch(() => null);
    if (html) fields.replaceChildren(...fragment(html).childNodes);
    byId("question").focus();
  };
  byId("about").value = "";
  byId("about").onchange = ({ target }) => show({ about: target.value });
  byId("question-check").onclick = () => show(typed());
  byId("asking-form").onsubmit = (event) => {
    event.preventDefault();
    dialog.close();
    done(typed());
  };
  dialog.showModal();
  await show({});
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

export function help() {
  byId("help").showModal();
}
