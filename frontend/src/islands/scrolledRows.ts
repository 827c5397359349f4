// The table of attributes fetches rows as it is scrolled. The rows at hand lie between two spacers as high as all
// others would be; every row has the same height. A window is a tbody, fetched as HTML and thrown away when far off.
import { type Renewal, renewBodies } from "./renewedRows";
import { keepChosen, refreshSelection } from "./selection";

const AHEAD_PX = 1200;
const MOST_WINDOWS = 14;
/** Who filters types on; what is not in view yet waits for that. */
const AHEAD_AFTER_MS = 300;

interface Scrolled {
  table: HTMLTableElement;
  frame: HTMLElement;
  above: HTMLTableRowElement;
  below: HTMLTableRowElement;
  windows: Map<number, HTMLTableSectionElement>;
  first: number;
  size: number;
  total: number;
  rowHeight: number;
  waiting: boolean;
}

const tables = new WeakMap<HTMLTableElement, Scrolled>();

function spacer(table: HTMLTableElement, before: Element | null): HTMLTableRowElement {
  const body = document.createElement("tbody");
  const row = body.insertRow();
  row.className = "spacer";
  row.setAttribute("aria-hidden", "true");
  row.insertCell();
  table.insertBefore(body, before);
  return row;
}

function setHeight(row: HTMLTableRowElement, rows: number, rowHeight: number): void {
  const cell = row.cells[0];
  if (cell) cell.style.height = `${rows * rowHeight}px`;
  row.hidden = rows <= 0;
}

function lay(scrolled: Scrolled): void {
  const held = [...scrolled.windows.values()].reduce((sum, body) => sum + body.rows.length, 0);
  setHeight(scrolled.above, scrolled.first, scrolled.rowHeight);
  setHeight(scrolled.below, scrolled.total - scrolled.first - held, scrolled.rowHeight);
}

/** The numbers of the first and last row that should be at hand. */
function needed({ table, frame, rowHeight, total }: Scrolled): [number, number] {
  const head = table.tHead?.offsetHeight ?? 0;
  const from = Math.floor((frame.scrollTop - head - AHEAD_PX) / rowHeight);
  const to = Math.ceil((frame.scrollTop + frame.clientHeight + AHEAD_PX) / rowHeight);
  return [Math.min(Math.max(from, 0), total - 1), Math.min(Math.max(to, 0), total - 1)];
}

async function fetchWindow(table: HTMLTableElement, start: number): Promise<HTMLTableSectionElement | null> {
  const answer = await fetch(`${table.dataset.rowsUrl}&start=${start}`, {
    headers: { "HX-Request": "true" },
  });
  // A session that ended answers with the sign-in page.
  if (!answer.ok || answer.redirected) {
    location.reload();
    return null;
  }
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${await answer.text()}</tbody></table>`;
  return template.content.querySelector("tbody");
}

function drop(scrolled: Scrolled, start: number): void {
  const body = scrolled.windows.get(start);
  if (!body) return;
  // Who stands on a row that leaves stands on the table.
  if (body.contains(document.activeElement)) scrolled.frame.focus({ preventScroll: true });
  keepChosen(body);
  body.remove();
  scrolled.windows.delete(start);
}

function place(scrolled: Scrolled, start: number, body: HTMLTableSectionElement): void {
  const next = [...scrolled.windows].filter(([other]) => other > start).sort(([a], [b]) => a - b)[0]?.[1];
  scrolled.table.insertBefore(body, next ?? scrolled.below.parentElement);
  scrolled.windows.set(start, body);
  window.htmx.process(body);
  refreshSelection(body);
}

function trim(scrolled: Scrolled, from: number, to: number): void {
  const { size } = scrolled;
  const far = [...scrolled.windows.keys()]
    .filter((start) => start + size <= from || start > to)
    .sort((a, b) => Math.abs(b - from) - Math.abs(a - from));
  for (const start of far) {
    if (scrolled.windows.size <= MOST_WINDOWS) return;
    // An editor in a cell stays, with what is written in it.
    if (scrolled.windows.get(start)?.querySelector(".cell-editor")) continue;
    // Only from the ends: what is at hand is without gaps.
    const starts = [...scrolled.windows.keys()];
    if (start === Math.min(...starts) || start === Math.max(...starts)) drop(scrolled, start);
  }
}

async function fill(scrolled: Scrolled): Promise<void> {
  if (scrolled.waiting) return;
  scrolled.waiting = true;
  try {
    for (let start = missing(scrolled); start !== null; start = missing(scrolled)) {
      const body = await fetchWindow(scrolled.table, start);
      if (!body || !scrolled.table.isConnected) return;
      // Scrolled far away meanwhile: the rows at hand are of no use.
      const starts = [...scrolled.windows.keys()];
      const touches = starts.some((other) => Math.abs(other - start) === scrolled.size);
      if (!touches) for (const other of starts) drop(scrolled, other);
      place(scrolled, start, body);
      trim(scrolled, ...needed(scrolled));
      scrolled.first = Math.min(...scrolled.windows.keys());
      lay(scrolled);
      // Rows that were deleted meanwhile leave the table shorter; nothing further would come.
      if (body.rows.length === 0) return;
    }
  } finally {
    scrolled.waiting = false;
  }
}

function missing(scrolled: Scrolled): number | null {
  const { size, windows } = scrolled;
  const [from, to] = needed(scrolled);
  // What is in view first, then what is ahead of it.
  const middle = Math.floor((from + to) / 2 / size) * size;
  const starts: number[] = [];
  for (let start = Math.floor(from / size) * size; start <= to; start += size) starts.push(start);
  const wanted = starts.filter((start) => !windows.has(start));
  return wanted.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0] ?? null;
}

/** Puts the view back where it was over rows that came, left or moved above it. */
function keepView(frame: HTMLElement, act: () => void): void {
  const top = frame.getBoundingClientRect().top;
  const seen = [...frame.querySelectorAll<HTMLElement>("tbody tr:not(.spacer)")]
    .map((row) => ({ row, place: row.getBoundingClientRect() }))
    .filter(({ place }) => place.bottom > top)
    .map(({ row, place }) => ({ row, y: place.top }));
  act();
  const anchor = seen.find(({ row }) => row.isConnected);
  // At the very top, what is new comes into view.
  if (anchor && frame.scrollTop > 0) frame.scrollTop += anchor.row.getBoundingClientRect().top - anchor.y;
}

/** Keeps the focus, also where its cell is drawn anew. */
function keepFocus(frame: HTMLElement, act: () => void): void {
  const held = document.activeElement;
  const row = held?.closest("tr");
  if (!(held instanceof HTMLElement) || !row || !frame.contains(held)) {
    act();
    return;
  }
  const cell = held.closest<HTMLTableCellElement>("td, th");
  const place = cell?.cellIndex ?? -1;
  const within = cell ? [...cell.querySelectorAll("a, button, input, summary")].indexOf(held) : -1;
  act();
  if (document.activeElement === held) return;
  const now = row.cells[place];
  const same = now?.querySelectorAll<HTMLElement>("a, button, input, summary")[within];
  const target = held.isConnected ? held : row.isConnected ? (same ?? now ?? row) : frame;
  if (target === now) now.tabIndex = -1;
  target.focus({ preventScroll: true });
}

/** Fetches the rows at hand again. Returns null when they could not be, or the table is another one by then. */
export async function renewTable(table: HTMLTableElement, since: number): Promise<Renewal | null> {
  const scrolled = tables.get(table);
  const frame = table.closest<HTMLElement>(".table-frame");
  const only = table.tBodies[0];
  if (!frame || !only || scrolled?.waiting) return null;
  if (scrolled) scrolled.waiting = true;
  try {
    const windows = scrolled?.windows ?? new Map([[Number(table.dataset.start), only]]);
    const fresh = new Map<HTMLTableSectionElement, HTMLTableSectionElement>();
    for (const [start, body] of windows) {
      const drawn = await fetchWindow(table, start);
      if (!drawn || !table.isConnected) return null;
      fresh.set(body, drawn);
    }
    let renewal: Renewal | null = null;
    keepView(frame, () =>
      keepFocus(frame, () => {
        renewal = renewBodies(fresh, since);
      }),
    );
    refreshSelection(only);
    return renewal;
  } finally {
    if (scrolled) scrolled.waiting = false;
  }
}

/** How many rows there are; of a large event it comes after the first ones. */
function totalRows(): number {
  return Number(document.querySelector<HTMLElement>("#row-total")?.dataset.total ?? 0);
}

function renewTotal(scrolled: Scrolled): void {
  const total = totalRows();
  if (total === scrolled.total) return;
  scrolled.total = total;
  scrolled.table.setAttribute("aria-rowcount", String(total + 1));
  lay(scrolled);
  void fill(scrolled);
}

function begin(table: HTMLTableElement): void {
  const frame = table.closest<HTMLElement>(".table-frame");
  const body = table.tBodies[0];
  const row = body?.rows[0];
  const [size, start] = ["window", "start"].map((name) => Number(table.dataset[name])) as [number, number];
  const total = totalRows();
  const begun = tables.get(table);
  if (begun) renewTotal(begun);
  if (!frame || !body || !row || total <= size || begun) return;
  const scrolled: Scrolled = {
    table,
    frame,
    above: spacer(table, body),
    below: spacer(table, null),
    windows: new Map([[start, body]]),
    first: start,
    size,
    total,
    rowHeight: row.getBoundingClientRect().height,
    waiting: false,
  };
  tables.set(table, scrolled);
  lay(scrolled);
  if (start) frame.scrollTop = start * scrolled.rowHeight;
  frame.addEventListener("scroll", () => requestAnimationFrame(() => void fill(scrolled)), { passive: true });
  const inView = body.rows.length * scrolled.rowHeight >= frame.clientHeight;
  setTimeout(() => table.isConnected && void fill(scrolled), inView ? AHEAD_AFTER_MS : 0);
}

/** After rows came or left: the table is as long as there are rows. */
export function beginAll(): void {
  document.querySelectorAll<HTMLTableElement>("table[data-rows-url]").forEach(begin);
}

/** Rows that are about to be replaced: htmx would look through each of their elements, which takes as long as the rest. */
function dropRows(results: HTMLElement): void {
  for (const body of [...results.querySelectorAll(".scrolled-table > tbody")]) body.remove();
}

export function scrolledRows(): void {
  let place = 0;
  // Folding an object draws the table anew; the reader stays where they are.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent;
    const keeps = (detail.requestConfig?.elt as Element | undefined)?.closest("[data-keep-place]");
    place = keeps ? (document.querySelector(".attribute-frame")?.scrollTop ?? 0) : 0;
    if (detail.shouldSwap && detail.target?.id === "attribute-results") dropRows(detail.target);
  });
  document.addEventListener("htmx:afterSettle", () => {
    beginAll();
    const frame = document.querySelector(".attribute-frame");
    if (frame && place) frame.scrollTop = place;
    place = 0;
  });
  beginAll();
}
