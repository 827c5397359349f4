// The copy menu of a value. Every choice carries the exact text, and what to say when it is copied.
import { on } from "../dom";
import { say } from "./toast";

/** Copies what the server answers to the form: the selected values, which need not all be on the page. */
async function copyAnswer(button: HTMLButtonElement, form: HTMLFormElement): Promise<void> {
  const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form) });
  if (!answer.ok) {
    form.requestSubmit(button); // The page says what is wrong.
    return;
  }
  await navigator.clipboard.writeText(await answer.text());
  say(button.dataset.copyAnswer ?? "");
  closeMenu(button);
}

async function copy(button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(button.dataset.copy ?? "");
  say(button.dataset.copied ?? "");
  closeMenu(button);
}

function closeMenu(button: HTMLElement): void {
  const menu = button.closest<HTMLDetailsElement>("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary")?.focus();
}

export function copyMenus(): void {
  on("click", "[data-copy]", (button) => void copy(button));
  on("click", "[data-copy-answer]", (element, event) => {
    const button = element as HTMLButtonElement;
    if (!button.form) return;
    event.preventDefault();
    void copyAnswer(button, button.form);
  });
}
