// What the worklist was narrowed to, kept in this tab: the next chart is one of those, and the way back leads there.

const KEPT = "worklist";

export function keep() {
  const said = new URLSearchParams(location.search);
  for (const name of ["page", "none"]) said.delete(name);
  sessionStorage.setItem(KEPT, said.toString());
}

export const forget = () => sessionStorage.removeItem(KEPT);

const kept = () => new URLSearchParams(sessionStorage.getItem(KEPT) ?? "");

export function worklist() {
  const said = kept().toString();
  return said ? `/worklist?${said}` : "/worklist";
}

// `form`: asks for the next chart.
export function narrow(form) {
  for (const [name, value] of kept()) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    form.append(field);
  }
  return form;
}
