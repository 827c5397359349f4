// A galaxy's matrix: one stop of the Tab key, arrows between the techniques, and all sub-techniques at once.
import { hasModifier, on } from "../dom";

/** What can be reached in a column, from the top: techniques, the folds below them, and what is unfolded. */
function items(column: Element): HTMLElement[] {
  const all = [...column.querySelectorAll<HTMLElement>("[data-cell], summary")];
  return all.filter((item) => item.matches("summary") || !item.closest("details:not([open])"));
}

function focusOn(matrix: Element, item: HTMLElement | undefined): void {
  if (!item) return;
  for (const other of matrix.querySelectorAll<HTMLElement>(
    "[data-cell][tabindex='0'], summary[tabindex='0']",
  ))
    other.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
  item.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function target(matrix: Element, from: HTMLElement, key: string): HTMLElement | undefined {
  const columns = [...matrix.querySelectorAll("[data-matrix-column]")];
  const column = from.closest("[data-matrix-column]");
  if (!column) return items(columns[0] ?? matrix)[0];
  const here = items(column);
  const row = here.indexOf(from);
  if (key === "ArrowDown") return here[row + 1];
  if (key === "ArrowUp") return here[row - 1];
  if (key === "Home") return here[0];
  if (key === "End") return here.at(-1);
  const next = columns[columns.indexOf(column) + (key === "ArrowRight" ? 1 : -1)];
  const there = next ? items(next) : [];
  return there[Math.min(row, there.length - 1)];
}

const KEYS = new Set(["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"]);

function prepare(matrix: HTMLElement): void {
  // Hundreds of stops would keep people with a keyboard from what comes after the matrix.
  for (const item of matrix.querySelectorAll<HTMLElement>("[data-cell], summary, .cell-code"))
    item.tabIndex = -1;
  const first = matrix.querySelector<HTMLElement>("[data-cell]");
  if (first) first.tabIndex = 0;
  const bar = matrix.closest("[data-matrix-form]")?.querySelector<HTMLElement>("[data-bulk]");
  if (bar) bar.hidden = matrix.querySelector("input:checked") === null;
}

export function matrices(): void {
  for (const matrix of document.querySelectorAll<HTMLElement>("[data-matrix]")) prepare(matrix);
  const unfold = document.querySelector<HTMLElement>("[data-matrix-unfold]");
  if (unfold) unfold.hidden = document.querySelector("[data-matrix] details") === null;
  on("click", "[data-matrix-unfold]", () => {
    const folds = [...document.querySelectorAll<HTMLDetailsElement>("[data-matrix] details")];
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
  });
  on("keydown", "[data-matrix]", (matrix, event) => {
    const key = event as KeyboardEvent;
    if (hasModifier(key) || !KEYS.has(key.key)) return;
    const next = target(matrix, event.target as HTMLElement, key.key);
    if (!next) return;
    event.preventDefault();
    focusOn(matrix, next);
  });
}
