// Cells of the table of attributes are edited in their place: by a double click, or by Enter or e on a cell that the
// arrow keys have reached. The hub draws the editor and answers with the row. Its inputs belong to #cell-form, which
// stands outside the form of the table.
import { hasModifier, isTyping, on } from "../dom";
import { inRowMenu } from "./menu";
import { refreshSelection } from "./selection";
import { say } from "./toast";

const TABLE = "table[data-cells-url]";
/** In which a second click on a value is a double click: its link is followed after that. */
const DOUBLE_MS = 250;

function form(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("#cell-form");
}

function editor(): HTMLElement | null {
  return document.querySelector<HTMLElement>(".cell-editor");
}

/** The cells of a row that can be edited and are shown, in order. */
function cells(row: HTMLTableRowElement): HTMLTableCellElement[] {
  const names = row.dataset.cells?.split(" ") ?? [];
  return [...row.cells].filter((cell) => cell.offsetParent !== null && names.includes(fieldOf(cell)));
}

function fieldOf(cell: Element): string {
  return /(\w+)-cell/.exec(cell.className)?.[1] ?? "";
}

function editableCell(target: EventTarget | null): HTMLTableCellElement | null {
  const cell = (target as Element | null)?.closest?.<HTMLTableCellElement>("td, th");
  const row = cell?.closest<HTMLTableRowElement>(`${TABLE} tr[data-cells]`);
  return cell && row && cells(row).includes(cell) ? cell : null;
}

function addressOf(cell: HTMLTableCellElement): string {
  const row = cell.closest("tr");
  const table = cell.closest<HTMLTableElement>(TABLE);
  const id = row?.id.replace("attribute-", "");
  const query = new URLSearchParams(table?.dataset.rowsUrl?.split("?")[1] ?? "");
  query.set("number", row?.getAttribute("aria-rowindex") ?? "");
  return `${table?.dataset.cellsUrl}${id}/cell/${fieldOf(cell)}/?${query}`;
}

function focusCell(cell: HTMLTableCellElement | undefined): void {
  if (!cell) return;
  cell.tabIndex = -1;
  cell.focus();
}

function show(cell: HTMLTableCellElement, html: string): void {
  editor()?.remove();
  cell.insertAdjacentHTML("beforeend", html.trim());
  const first = editor()?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select");
  first?.focus();
  if (first instanceof HTMLTextAreaElement && !editor()?.querySelector(".error")) first.select();
  editor()?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function close(): void {
  const cell = editor()?.closest<HTMLTableCellElement>("td, th");
  editor()?.remove();
  focusCell(cell ?? undefined);
}

async function open(cell: HTMLTableCellElement): Promise<void> {
  // What is being written elsewhere is saved or cancelled first.
  if (editor()) {
    editor()?.querySelector<HTMLElement>("textarea, select, input:not([type=hidden])")?.focus();
    return;
  }
  if (fieldOf(cell) === "tags") {
    const row = cell.closest("tr");
    if (row) inRowMenu(row, "[data-tag]")?.click();
    return;
  }
  const answer = await fetch(addressOf(cell));
  if (answer.redirected) location.reload();
  else if (answer.ok) show(cell, await answer.text());
  else say(form()?.dataset.failed ?? "");
}

function replaceRow(row: HTMLTableRowElement, field: string, html: string): void {
  const template = document.createElement("template");
  template.innerHTML = `<table><tbody>${html}</tbody></table>`;
  const fresh = template.content.querySelector<HTMLTableRowElement>("tr");
  const toasts = template.content.querySelector<HTMLTemplateElement>("template[data-toasts]");
  if (fresh) {
    const box = (part: Element) => part.querySelector<HTMLInputElement>("input[data-select]");
    const wasChosen = box(row)?.checked ?? false;
    row.replaceWith(fresh);
    const chosen = box(fresh);
    if (chosen) chosen.checked = wasChosen;
    window.htmx.process(fresh);
    refreshSelection(fresh);
    fresh.tabIndex = 0;
    focusCell(cells(fresh).find((cell) => fieldOf(cell) === field));
  }
  const tray = document.querySelector("#toasts");
  if (toasts && tray) tray.replaceChildren(...toasts.content.childNodes);
  const region = document.querySelector("#live");
  if (region) region.textContent = tray?.querySelector("[data-toast-text]")?.firstChild?.textContent ?? "";
}

async function save(sent: HTMLFormElement): Promise<void> {
  const cell = editor()?.closest<HTMLTableCellElement>("td, th");
  const row = cell?.closest("tr");
  if (!cell || !row || sent.dataset.sending) return;
  sent.dataset.sending = "1";
  try {
    const answer = await fetch(addressOf(cell), { method: "POST", body: new FormData(sent) });
    if (answer.redirected) location.reload();
    else if (answer.ok) replaceRow(row, fieldOf(cell), await answer.text());
    else if (answer.status === 409 || answer.status === 422) show(cell, await answer.text());
    else say(sent.dataset.failed ?? "");
  } catch {
    say(sent.dataset.failed ?? "");
  } finally {
    delete sent.dataset.sending;
  }
}

/** The first click on a value waits, as the second one edits it. Keys, and clicks for a new tab, go their way. */
function holdLinks(): void {
  let waiting = 0;
  on("click", `${TABLE} tr[data-cells] .value-link`, (link, event) => {
    const click = event as MouseEvent;
    if (click.defaultPrevented || click.detail === 0 || click.shiftKey || hasModifier(click)) return;
    click.preventDefault();
    clearTimeout(waiting);
    if (click.detail > 1) return;
    waiting = window.setTimeout(() => location.assign((link as HTMLAnchorElement).href), DOUBLE_MS);
  });
}

/** Returns whether the key meant something in the editor. */
function keyInEditor(event: KeyboardEvent): boolean {
  if (event.key === "Escape") {
    close();
    return true;
  }
  const isText = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || !isText) return false;
  form()?.requestSubmit();
  return true;
}

/** Returns whether the key moved to a cell or opened one. */
function keyInTable(event: KeyboardEvent): boolean {
  const target = event.target as Element;
  const row = target.closest<HTMLTableRowElement>(`${TABLE} tr[data-cells]`);
  if (!row || (target !== row && target !== editableCell(target))) return false;
  const all = cells(row);
  const place = all.indexOf(target as HTMLTableCellElement);
  if (event.key === "ArrowRight") focusCell(all[Math.min(place + 1, all.length - 1)]);
  else if (event.key === "ArrowLeft" && place > 0) focusCell(all[place - 1]);
  else if (event.key === "ArrowLeft" && place === 0) row.focus();
  else if ((event.key === "Enter" || event.key === "e") && all[place]) void open(all[place]);
  else return false;
  return true;
}

export function cellEdit(): void {
  holdLinks();
  document.addEventListener("dblclick", (event) => {
    const inside = (event.target as Element).closest(
      "a:not(.value-link), button, input, summary, .cell-editor",
    );
    const cell = inside ? null : editableCell(event.target);
    if (!cell) return;
    getSelection()?.removeAllRanges();
    void open(cell);
  });
  on("click", "[data-cell-cancel]", close);
  on("click", "[data-cell-open]", (button) => {
    const cell = editableCell(button);
    if (cell) void open(cell);
  });
  document.addEventListener("submit", (event) => {
    const sent = event.target as HTMLFormElement;
    if (sent !== form()) return;
    event.preventDefault();
    void save(sent);
  });
  // Before the keys of rows, which mean the whole row.
  document.addEventListener(
    "keydown",
    (event) => {
      const inEditor = (event.target as Element).closest?.(".cell-editor") !== null;
      if (hasModifier(event) || (!inEditor && isTyping(event.target))) return;
      if (!(inEditor ? keyInEditor(event) : keyInTable(event))) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}
