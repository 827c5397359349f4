// The copy menu of a value. Every choice carries the exact text, and what to say when it is copied.
import { on } from "../dom";
import { say } from "./toast";

async function copy(button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  say(button.dataset.copied ?? "");
  const menu = button.closest<HTMLDetailsElement>("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

export function copyMenus(): void {
  on("click", "[data-copy]", (button) => void copy(button));
}
