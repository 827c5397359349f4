// The search box: "/" or Ctrl+K focuses it, Esc gives the focus back, arrows choose among suggestions.
// Ctrl+K in an empty box lists what can be done on the page.
import { hasModifier, isTyping } from "../dom";

function focusOnKey(box: HTMLInputElement): void {
  document.addEventListener("keydown", (event) => {
    const slash = event.key === "/" && !hasModifier(event) && !isTyping(event.target);
    const palette = event.key === "k" && (event.ctrlKey || event.metaKey);
    if ((!slash && !palette) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    returnTo = document.activeElement as HTMLElement | null;
    box.focus();
    box.select();
    if (palette && !box.value) box.dispatchEvent(new Event("commands"));
  });
}

let returnTo: HTMLElement | null = null;

function options(box: HTMLInputElement): HTMLElement[] {
  const list = document.getElementById(box.getAttribute("aria-controls") ?? "");
  return list ? [...list.querySelectorAll<HTMLElement>("[role=option]")] : [];
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
  const list = document.getElementById(box.getAttribute("aria-controls") ?? "");
  if (list) list.replaceChildren();
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function onKey(box: HTMLInputElement, event: KeyboardEvent): void {
  const count = options(box).length;
  if (event.key === "Escape") {
    close(box);
    returnTo?.focus();
  } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const step = event.key === "ArrowDown" ? 1 : -1;
    choose(box, (chosenIndex(box) + step + count) % count);
    event.preventDefault();
  } else if (event.key === "Enter" && !event.ctrlKey && chosenIndex(box) >= 0) {
    options(box)[chosenIndex(box)]?.click();
    event.preventDefault();
  }
}

export function searchBox(): void {
  const box = document.querySelector<HTMLInputElement>("#q");
  if (!box) return;
  focusOnKey(box);
  box.addEventListener("keydown", (event) => onKey(box, event));
  box.addEventListener("blur", () => setTimeout(() => close(box), 200));
  document.addEventListener("htmx:afterSettle", () =>
    box.setAttribute("aria-expanded", String(options(box).length > 0)),
  );
}
