// Keys of the chart. Which key does what stands in the list that `?` shows; here it is only read.

const PREFIX = 1500; // milliseconds in which the second of two keys is waited for

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function known() {
  const found = new Map();
  for (const item of document.querySelectorAll("#help [data-key]")) {
    found.set(item.dataset.key, item.dataset.does);
    if (item.dataset.also) found.set(item.dataset.also, item.dataset.does);
  }
  return found;
}

export function listen(run) {
  const keys = known();
  const first = new Set([...keys.keys()].filter((key) => key.includes(" ")).map((key) => key.split(" ")[0]));
  let begun = "";
  let timer = 0;
  const end = () => {
    clearTimeout(timer);
    begun = "";
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") || (typing(event.target) && event.key !== "Escape")) return;
    if (event.key.startsWith("Arrow") && event.target.closest("#notes, #beside, #contents, .lane-scroll")) return;
    const key = begun ? `${begun} ${event.key}` : event.key;
    const does = keys.get(key);
    const instead = begun ? null : document.querySelector(`#refused [data-key="${CSS.escape(event.key)}"]`);
    if (begun) end();
    if (instead) {
      event.preventDefault();
      instead.click();
    } else if (does) {
      event.preventDefault();
      run(does);
    } else if (first.has(event.key)) {
      begun = event.key;
      timer = setTimeout(end, PREFIX);
    }
  });
}
