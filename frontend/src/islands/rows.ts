// Keys in data tables: arrows or j and k move, x selects (Shift extends), Enter opens, e edits.
import { hasModifier, isTyping } from "../dom";
import { inRowMenu } from "./menu";

function rows(table: HTMLTableElement): HTMLTableRowElement[] {
  return [...table.tBodies]
    .flatMap((body) => [...body.rows])
    .filter((row) => row.offsetParent !== null && !row.matches(".spacer"));
}

function current(table: HTMLTableElement): HTMLTableRowElement | null {
  return table.querySelector<HTMLTableRowElement>("tbody tr[tabindex='0']");
}

function moveTo(table: HTMLTableElement, row: HTMLTableRowElement | undefined): void {
  if (!row) return;
  current(table)?.removeAttribute("tabindex");
  row.tabIndex = 0;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function step(table: HTMLTableElement, by: number): void {
  const all = rows(table);
  const now = current(table);
  // Without a current row: the first one in view, which in a table that is scrolled is not the first at hand.
  const top = (table.tHead?.getBoundingClientRect().bottom ?? 0) - 1;
  const first = () =>
    Math.max(
      all.findIndex((row) => row.getBoundingClientRect().top >= top),
      0,
    );
  const index = now ? all.indexOf(now) + by : first();
  moveTo(table, all[Math.min(Math.max(index, 0), all.length - 1)]);
}

function select(row: HTMLTableRowElement): void {
  row.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
}

function open(row: HTMLTableRowElement): void {
  row.querySelector<HTMLElement>("[data-open], th a, td a")?.click();
}

/** Returns whether the key meant something here. */
function act(table: HTMLTableElement, event: KeyboardEvent): boolean {
  const row = current(table);
  if (event.key === "j" || event.key === "ArrowDown") step(table, 1);
  else if (event.key === "k" || event.key === "ArrowUp") step(table, -1);
  else if (!row) return false;
  else if (event.key === "x") select(row);
  else if (event.key === "X") {
    select(row);
    step(table, 1);
  } else if (event.key === "Enter" && event.target === row) open(row);
  else if (event.key === "e") inRowMenu(row, "[data-edit]")?.click();
  else return false;
  return true;
}

function tableFor(event: KeyboardEvent): HTMLTableElement | null {
  const inside = (event.target as Element).closest?.<HTMLTableElement>("table[data-rows]");
  if (inside) return inside;
  if (event.key === "j" || event.key === "k") return document.querySelector("table[data-rows]");
  return null;
}

export function rowKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (hasModifier(event) || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const table = tableFor(event);
    if (table && act(table, event)) event.preventDefault();
  });
}
