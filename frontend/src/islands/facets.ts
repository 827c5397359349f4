// The filters of the table of attributes. An answer to what is typed says which columns stay, and leaves out the choices of
// the filters: they are counted when their menu is opened, or at once where one is open.
const FACETS = "#attribute-facets";

export function countFacets(): void {
  const late = document.querySelector("#late-facets");
  if (late && document.querySelector(`${FACETS} details[open]`)) window.htmx.trigger(late, "needed");
}

function nameColumns(event: Event): void {
  const { elt, headers, triggeringEvent } = (event as CustomEvent).detail;
  if ((elt as Element).id !== "attribute-filter" || triggeringEvent?.type !== "input") return;
  const table = document.querySelector<HTMLElement>("table[data-rows-url]");
  const query = new URLSearchParams(table?.dataset.rowsUrl?.split("?")[1] ?? "");
  headers["Typed-Columns"] = query.get("columns") ?? "";
}

// How often the filter has been changed: at all, before a request was sent, and before the table was asked for that came
// with a #late-facets.
let changes = 0;
const changesBefore = new WeakMap<XMLHttpRequest, number>();
const changesIn = new WeakMap<Element, number>();

function countChange({ target }: Event): void {
  if ((target as HTMLInputElement).form?.id === "attribute-filter") changes += 1;
}

function rememberRequest(event: Event): void {
  changesBefore.set((event as CustomEvent).detail.xhr, changes);
}

function rememberTable(event: Event): void {
  const late = document.querySelector("#late-facets");
  if (late && !changesIn.has(late))
    changesIn.set(late, changesBefore.get((event as CustomEvent).detail.xhr) ?? changes);
}

/** The choices of an earlier filter would take back what has been chosen since. */
function leaveOutOld(event: Event): void {
  const { requestConfig } = (event as CustomEvent).detail;
  const asking: Element | undefined = requestConfig?.elt;
  if (asking?.id === "late-facets" && (changesIn.get(asking) ?? 0) !== changes) event.preventDefault();
}

export function facets(): void {
  if (!document.querySelector(FACETS)) return;
  document.addEventListener("change", countChange);
  document.addEventListener("input", countChange);
  document.addEventListener("htmx:beforeRequest", rememberRequest);
  document.addEventListener("htmx:afterSwap", rememberTable);
  document.addEventListener("htmx:beforeSwap", leaveOutOld);
  document.addEventListener("htmx:configRequest", nameColumns);
  document.addEventListener("htmx:afterSettle", countFacets);
  // It does not bubble.
  document.addEventListener("toggle", countFacets, true);
}
