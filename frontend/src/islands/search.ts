// The search box: "/" or Ctrl+K focuses it, Esc gives the focus back, arrows choose among suggestions.
// After Ctrl+K the first suggestion is chosen, so that Enter takes it; in an empty box these are what can be done on the page.
import { hasModifier, isTyping } from "../dom";

let returnTo: HTMLElement | null = null;
let isPalette = false;
/** Milliseconds after which suggestions that were awaited are fetched again: a text that is back to what it was is not. */
const LATEST = 1500;
/** The text has changed since the suggestions were fetched. */
let isStale = false;
/** Enter was pressed before they were there. */
let isAwaited = false;

function focusOnKey(box: HTMLInputElement): void {
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !hasModifier(event) && !isTyping(event.target);
    const palette = event.key === "k" && (event.ctrlKey || event.metaKey);
    if ((!slash && !palette) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (document.activeElement !== box) returnTo = document.activeElement as HTMLElement | null;
    box.focus();
    box.select();
    isPalette = palette;
    if (palette) fetchSuggestions(box);
  });
}

function fetchSuggestions(box: HTMLInputElement): void {
  isStale = true;
  box.dispatchEvent(new Event("commands"));
}

function listOf(box: HTMLInputElement): HTMLElement | null {
  return document.getElementById(box.getAttribute("aria-controls") ?? "");
}

function options(box: HTMLInputElement): HTMLElement[] {
  return [...(listOf(box)?.querySelectorAll<HTMLElement>("[role=option]") ?? [])];
}

function choose(box: HTMLInputElement, index: number): void {
  for (const [position, option] of options(box).entries()) {
    option.setAttribute("aria-selected", String(position === index));
  }
  const chosen = options(box)[index];
  if (chosen) box.setAttribute("aria-activedescendant", chosen.id);
  else box.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}

function chosenIndex(box: HTMLInputElement): number {
  return options(box).findIndex((option) => option.getAttribute("aria-selected") === "true");
}

function close(box: HTMLInputElement): void {
  listOf(box)?.replaceChildren();
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
  isPalette = isAwaited = false;
}

function fill(box: HTMLInputElement, text: string): void {
  box.value = text;
  box.focus();
  // Enter before the new suggestions are there searches; it takes none of the old ones.
  listOf(box)?.replaceChildren();
  fetchSuggestions(box);
}

function onEnter(box: HTMLInputElement, event: KeyboardEvent): void {
  if (isPalette && isStale) {
    isAwaited = true;
    setTimeout(() => isAwaited && fetchSuggestions(box), LATEST);
    event.preventDefault();
  } else if (chosenIndex(box) >= 0) {
    options(box)[chosenIndex(box)]?.click();
    event.preventDefault();
  }
}

function onKey(box: HTMLInputElement, event: KeyboardEvent): void {
  const count = options(box).length;
  const completion = options(box)[chosenIndex(box)]?.dataset.fill;
  if (event.key === "Escape") {
    close(box);
    returnTo?.focus();
  } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const step = event.key === "ArrowDown" ? 1 : -1;
    const last = event.key === "ArrowUp" && chosenIndex(box) < 0 ? count : chosenIndex(box);
    choose(box, (last + step + count) % count);
    event.preventDefault();
  } else if (event.key === "Tab" && !event.shiftKey && completion) {
    fill(box, completion);
    event.preventDefault();
  } else if (event.key === "Enter" && !event.ctrlKey) {
    onEnter(box, event);
  }
}

function onSuggestions(box: HTMLInputElement): void {
  isStale = false;
  const count = options(box).length;
  box.setAttribute("aria-expanded", String(count > 0));
  choose(box, isPalette ? 0 : -1);
  if (!isAwaited) return;
  isAwaited = false;
  if (count) options(box)[0]?.click();
  else box.form?.requestSubmit();
}

function onFailure(box: HTMLInputElement): void {
  if (isAwaited) box.form?.requestSubmit();
  isAwaited = false;
}

export function searchBox(): void {
  const box = document.querySelector<HTMLInputElement>("#q");
  if (!box) return;
  focusOnKey(box);
  box.addEventListener("keydown", (event) => onKey(box, event));
  box.addEventListener("input", () => {
    isStale = true;
  });
  box.addEventListener("blur", () =>
    setTimeout(() => {
      if (document.activeElement !== box) close(box);
    }, 200),
  );
  listOf(box)?.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[data-fill]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    fill(box, option.dataset.fill ?? "");
  });
  box.addEventListener("htmx:afterOnLoad", () => onSuggestions(box));
  for (const failed of ["htmx:responseError", "htmx:sendError"]) {
    box.addEventListener(failed, () => onFailure(box));
  }
}
