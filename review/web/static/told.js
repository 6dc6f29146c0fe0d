// What the page says of an act that was recorded.

const DONE = {
  accept: "accepted",
  reject: "rejected",
  remove: "removed",
  add: "added",
  principal: "is principal",
  admitting: "is the admitting diagnosis",
  evidence: "has the words as evidence",
  undo: "Undone",
  redo: "Done again",
  query: "The draft is kept",
  finish: "The chart is finished. N goes to the next",
  "finish-leave": "The chart is finished. N goes to the next",
  reopen: "The chart is open again",
  "accept-all": "All sure codes accepted",
};

// `rank`: in the sequence, of the code that was moved.
export function sentence({ action, code = "", to = "" }, left, rank) {
  const rest = left ? `${left} left` : "all decided";
  const done = DONE[action] ?? (action.startsWith("poa-") ? `POA ${action.slice(4)}` : `is number ${rank}`);
  const what = to ? `${to} in place of ${code}` : /^[A-Z][a-z]/.test(done) ? done : `${code} ${done}`;
  return /^(finish|reopen|query)/.test(action) ? `${what}.` : `${what}, ${rest}.`;
}
