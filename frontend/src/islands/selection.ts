// Selection in a form with a table: marks the rows, shows the bulk bar, counts for everybody. Rows that are scrolled out
// of the page stay selected: a hidden input in [data-kept] stands for each.
import { LOCALE } from "../dates";
import { on } from "../dom";

function boxes(form: Element): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>("input[data-select]")];
}

function kept(form: Element): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>("[data-kept] > input")];
}

function refresh(form: Element): void {
  const all = boxes(form);
  const chosen = all.filter((box) => box.checked);
  for (const box of all) box.closest("tr")?.classList.toggle("selected", box.checked);
  const whole = form.querySelector<HTMLInputElement>("input[data-select-all]");
  if (whole) {
    whole.checked = all.length > 0 && chosen.length === all.length;
    whole.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  const bar = form.querySelector<HTMLElement>("[data-bulk]");
  const count = bar?.querySelector("[data-bulk-count]");
  if (!bar || !count) return;
  const every = form.querySelector<HTMLInputElement>("input[data-every]");
  const number = chosen.length + kept(form).length;
  const matches = Number(every?.dataset.every ?? 0);
  const offer = bar.querySelector<HTMLElement>("[data-select-every]");
  if (offer) offer.hidden = every?.value === "1" || matches <= number;
  bar.hidden = number === 0;
  count.textContent = (every?.value === "1" ? matches : number).toLocaleString(LOCALE);
}

/** Whether the actions are about all that the filter matches, on the page or not. */
function setEvery(form: Element, all: boolean): void {
  const every = form.querySelector<HTMLInputElement>("input[data-every]");
  if (every) every.value = all ? "1" : "";
}

/** Before rows leave the page: remembers which of them are selected. */
export function keepChosen(part: Element): void {
  if (part.closest("form")?.querySelector<HTMLInputElement>("input[data-every]")?.value === "1") return;
  const store = part.closest("form")?.querySelector("[data-kept]");
  for (const box of store ? boxes(part) : []) {
    if (!box.checked) continue;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: box.name, value: box.value });
    store?.append(input);
  }
}

/** After rows came into the page: selects those that were. */
export function refreshSelection(part: Element): void {
  const form = part.closest("form");
  if (!form) return;
  if (form.querySelector<HTMLInputElement>("input[data-every]")?.value === "1")
    for (const box of boxes(part)) box.checked = true;
  const remembered = new Map(kept(form).map((input) => [input.value, input]));
  for (const box of boxes(part)) {
    const input = remembered.get(box.value);
    if (!input) continue;
    box.checked = true;
    input.remove();
  }
  refresh(form);
}

function extend(box: HTMLInputElement, last: HTMLInputElement, form: Element): void {
  const all = boxes(form);
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  for (const other of all.slice(from, (to ?? 0) + 1)) other.checked = box.checked;
}

function setAll(form: Element, checked: boolean): void {
  setEvery(form, false);
  for (const box of boxes(form)) box.checked = checked;
  if (!checked) form.querySelector("[data-kept]")?.replaceChildren();
  refresh(form);
}

export function selection(): void {
  let last: HTMLInputElement | null = null;
  on("click", "input[data-select]", (element, event) => {
    const box = element as HTMLInputElement;
    const form = box.closest("form");
    if (!form) return;
    if ((event as MouseEvent).shiftKey && last && form.contains(last)) extend(box, last, form);
    last = box;
    setEvery(form, false);
    refresh(form);
  });
  on("change", "input[data-select-all]", (element) => {
    const form = element.closest("form");
    if (form) setAll(form, (element as HTMLInputElement).checked);
  });
  on("click", "[data-select-every]", (button) => {
    const form = button.closest("form");
    if (!form) return;
    setAll(form, true);
    setEvery(form, true);
    refresh(form);
  });
  on("click", "[data-select-none]", (button) => {
    const form = button.closest("form");
    if (form) setAll(form, false);
  });
  // A count that comes late brings the offer anew, hidden.
  document.addEventListener("htmx:load", ({ target }) => {
    const form = target instanceof Element && target.id === "every-match" ? target.closest("form") : null;
    if (form) refresh(form);
  });
  // Rows may be ticked from the start, and the box above them says so.
  for (const whole of document.querySelectorAll("input[data-select-all]")) {
    const form = whole.closest("form");
    if (form) refresh(form);
  }
}
