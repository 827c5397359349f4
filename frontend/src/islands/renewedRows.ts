// Brings rows of a table up to date with freshly drawn ones, cell by cell, so that what a person holds stays: the row
// with the focus, an open menu, a chosen box. A row that is being edited is never touched.

export interface Renewal {
  changed: boolean;
  /** Rows that were left as they are: someone else changed them, or deleted them. */
  conflicts: Map<HTMLTableRowElement, "changed" | "deleted">;
}

type Body = HTMLTableSectionElement;

/** The cell without what only this page knows of it. */
function plain(cell: Element): Element {
  const copy = cell.cloneNode(true) as Element;
  copy.removeAttribute("tabindex");
  copy.querySelector(".cell-editor")?.remove();
  for (const open of copy.querySelectorAll("details[open]")) open.removeAttribute("open");
  for (const part of copy.querySelectorAll("[class]")) {
    part.classList.remove("menu-up", "htmx-request", "htmx-settling", "htmx-added");
    if (!part.classList.length) part.removeAttribute("class");
  }
  return copy;
}

function differs(cell: Element, fresh: Element): boolean {
  return !cell.isEqualNode(fresh) && !plain(cell).isEqualNode(plain(fresh));
}

function changedCells(row: HTMLTableRowElement, fresh: HTMLTableRowElement): number[] {
  return [...fresh.cells].flatMap((cell, place) => {
    const held = row.cells[place];
    // Its menu is the same for every row, and may have been filled meanwhile.
    if (cell.matches(".menu-cell") && row.classList.contains("gone") === fresh.classList.contains("gone"))
      return [];
    return held && !differs(held, cell) ? [] : [place];
  });
}

function isEdited(row: HTMLTableRowElement): boolean {
  return row.querySelector(".cell-editor") !== null;
}

function renewRow(row: HTMLTableRowElement, fresh: HTMLTableRowElement, renewal: Renewal): void {
  const number = fresh.getAttribute("aria-rowindex");
  if (number) row.setAttribute("aria-rowindex", number);
  if (isEdited(row)) {
    if (changedCells(row, fresh).length) renewal.conflicts.set(row, "changed");
    return;
  }
  const places = changedCells(row, fresh);
  if (!places.length) return;
  renewal.changed = true;
  const wasChosen = row.querySelector<HTMLInputElement>("input[data-select]")?.checked ?? false;
  const cells = [...fresh.cells];
  for (const place of places) {
    const cell = cells[place];
    if (!cell) continue;
    const held = row.cells[place];
    if (held) held.replaceWith(cell);
    else row.append(cell);
    window.htmx.process(cell);
  }
  const box = row.querySelector<HTMLInputElement>("input[data-select]");
  if (box) box.checked = wasChosen;
  for (const name of ["land", "gone"]) row.classList.toggle(name, fresh.classList.contains(name));
  if (fresh.dataset.cells) row.dataset.cells = fresh.dataset.cells;
  // Others are drawn anew without having changed themselves.
  if (row.dataset.time === fresh.dataset.time) return;
  row.dataset.time = fresh.dataset.time;
  light(row);
}

/** Lights a row up for a while, each time anew. */
function light(row: HTMLTableRowElement): void {
  row.classList.remove("renewed");
  void row.offsetWidth;
  row.classList.add("renewed");
}

/** Lights the rows that nobody saw here before: `known` are the ids of the others, and those from before `since` (in
 * seconds) only moved up. */
export function lightNew(rows: Iterable<HTMLTableRowElement>, known: Set<string>, since: number): void {
  for (const row of rows) if (!known.has(row.id) && Number(row.dataset.time ?? 0) >= since) light(row);
}

/** `windows`: each tbody of the table with the rows that it should hold. */
export function renewBodies(windows: Map<Body, Body>, since: number): Renewal {
  const renewal: Renewal = { changed: false, conflicts: new Map() };
  const held = new Map([...windows.keys()].flatMap((body) => [...body.rows].map((row) => [row.id, row])));
  const wanted = new Set([...windows.values()].flatMap((body) => [...body.rows].map((row) => row.id)));
  for (const row of held.values()) {
    if (wanted.has(row.id)) continue;
    if (isEdited(row)) renewal.conflicts.set(row, "deleted");
    else {
      row.remove();
      renewal.changed = true;
    }
  }
  for (const [body, fresh] of windows) {
    let place = 0;
    for (const row of [...fresh.rows]) {
      const mine = held.get(row.id);
      if (mine) renewRow(mine, row, renewal);
      // One that was deleted while it is being edited stays where it is.
      while (renewal.conflicts.get(body.rows[place] as HTMLTableRowElement) === "deleted") place += 1;
      const shown = mine ?? row;
      const there = body.rows[place] ?? null;
      if (there !== shown) body.insertBefore(shown, there);
      place += 1;
      if (mine) continue;
      renewal.changed = true;
      window.htmx.process(shown);
    }
    lightNew(body.rows, new Set(held.keys()), since);
  }
  return renewal;
}
