// Dialogs: the reason of a rejection, a question to the physician.

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

// `done({question, options})` where a draft is kept.
export function question(done) {
  const dialog = byId("asking");
  const text = byId("question");
  const begin = byId("question-begin");
  begin.onchange = () => {
    if (begin.value) text.value = begin.value;
    text.focus();
  };
  byId("asking-form").onsubmit = (event) => {
    event.preventDefault();
    const options = byId("options")
      .value.split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
    dialog.close();
    done({ question: text.value.trim(), options: JSON.stringify(options) });
    text.value = "";
    begin.value = "";
  };
  dialog.showModal();
  text.focus();
}

export function help() {
  byId("help").showModal();
}
