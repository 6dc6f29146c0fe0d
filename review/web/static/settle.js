// Differences of two coders, by keys: 1 takes what the left list says, 2 what the right one says.
const following = document.querySelector("[data-next]");
if (following) {
  following.focus({ preventScroll: true });
  following.scrollIntoView({ block: "nearest" });
}

function sections() {
  return [...document.querySelectorAll(".question")];
}

function current() {
  return document.activeElement.closest(".question") || document.querySelector(".question[data-next]");
}

function move(by) {
  const all = sections();
  const at = all.indexOf(current());
  const to = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (to) {
    to.tabIndex = -1;
    to.focus();
  }
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open]")) return;
  if (event.key === "1" || event.key === "2") {
    const button = current()?.querySelector(`[data-side="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  } else if (event.key === "f") {
    const button = document.querySelector("[data-finish]:not(:disabled)");
    if (!button) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  } else if (event.key === "j" || event.key === "ArrowDown") {
    event.preventDefault();
    move(1);
  } else if (event.key === "k" || event.key === "ArrowUp") {
    event.preventDefault();
    move(-1);
  }
}

// A key that is held or pressed twice must not send the form twice.
function once(event) {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
}

document.addEventListener("keydown", press);
document.addEventListener("submit", once);
