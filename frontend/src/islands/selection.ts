// Selection in a form with a table: marks the rows, shows the bulk bar, counts for everybody.
import { on } from "../dom";

function boxes(form: Element): HTMLInputElement[] {
  return [...form.querySelectorAll<HTMLInputElement>("input[data-select]")];
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
  bar.hidden = chosen.length === 0;
  count.textContent = String(chosen.length);
}

function extend(box: HTMLInputElement, last: HTMLInputElement, form: Element): void {
  const all = boxes(form);
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  for (const other of all.slice(from, (to ?? 0) + 1)) other.checked = box.checked;
}

export function selection(): void {
  let last: HTMLInputElement | null = null;
  on("click", "input[data-select]", (element, event) => {
    const box = element as HTMLInputElement;
    const form = box.closest("form");
    if (!form) return;
    if ((event as MouseEvent).shiftKey && last && form.contains(last)) extend(box, last, form);
    last = box;
    refresh(form);
  });
  on("change", "input[data-select-all]", (element) => {
    const form = element.closest("form");
    if (!form) return;
    for (const box of boxes(form)) box.checked = (element as HTMLInputElement).checked;
    refresh(form);
  });
  on("click", "[data-select-none]", (button) => {
    const form = button.closest("form");
    if (!form) return;
    for (const box of boxes(form)) box.checked = false;
    refresh(form);
  });
}
