// Enter in the search of a picker searches, and does not save the form around it: a single hit, or the one with exactly
// that name, is chosen at once. Arrows go to the hits and among them.
import { hasModifier } from "../dom";

export function pickers(): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    if (!(target instanceof HTMLInputElement) || hasModifier(event)) return;
    if (target.dataset.pick !== undefined) inSearch(target, event);
    else if (target.type === "checkbox") inHits(target, event);
  });
}

function inSearch(box: HTMLInputElement, event: KeyboardEvent): void {
  if (event.key === "Enter") {
    event.preventDefault();
    document.addEventListener("htmx:afterSettle", () => chooseHit(box), { once: true });
    box.dispatchEvent(new Event("pick"));
  } else if (event.key === "ArrowDown") {
    const first = boxes(box)[0];
    if (!first) return;
    event.preventDefault();
    first.focus();
  }
}

function inHits(hit: HTMLInputElement, event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const searches = [...document.querySelectorAll<HTMLInputElement>("[data-pick]")];
  const search = searches.find((each) => list(each)?.contains(hit));
  if (!step || !search) return;
  event.preventDefault();
  const all = boxes(search);
  (all[all.indexOf(hit) + step] ?? search).focus();
}

function chooseHit(box: HTMLInputElement): void {
  const found = hits(box);
  const wanted = box.value.trim().toLowerCase();
  const hit = found.length === 1 ? found[0] : found.find((each) => each.value.toLowerCase() === wanted);
  if (!hit || !wanted) return;
  hit.checked = true;
  box.value = "";
  // It takes its place among those chosen.
  box.dispatchEvent(new Event("pick"));
}

function boxes(box: HTMLInputElement): HTMLInputElement[] {
  return [...(list(box)?.querySelectorAll<HTMLInputElement>("input[type=checkbox]") ?? [])];
}

function list(box: HTMLInputElement): Element | null {
  return document.querySelector(box.getAttribute("hx-target") ?? "none");
}

function hits(box: HTMLInputElement): HTMLInputElement[] {
  return boxes(box).filter((each) => !each.checked);
}
