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

export function facets(): void {
  if (!document.querySelector(FACETS)) return;
  document.addEventListener("htmx:configRequest", nameColumns);
  document.addEventListener("htmx:afterSettle", countFacets);
  // It does not bubble.
  document.addEventListener("toggle", countFacets, true);
}
