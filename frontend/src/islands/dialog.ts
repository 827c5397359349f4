// Dialogs: <a data-dialog="id"> opens <dialog id>. Without script the link leads to the full page.
import { hasModifier, isTyping, on } from "../dom";

function open(dialog: HTMLDialogElement): void {
  dialog.showModal();
  const first =
    dialog.querySelector<HTMLElement>("[autofocus]") ??
    dialog.querySelector<HTMLElement>("[data-dialog-heading]");
  first?.focus();
}

/** A blocked button keeps its focus and its reason; it only refuses to act. The server checks again. */
function refuseBlocked(event: Event): void {
  const button = (event.target as Element).closest?.('[aria-disabled="true"]');
  if (button) event.preventDefault();
}

function openShortcuts(event: KeyboardEvent): void {
  const dialog = document.querySelector<HTMLDialogElement>("#shortcuts");
  const isBusy = isTyping(event.target) || document.querySelector("dialog[open]");
  if (event.key !== "?" || hasModifier(event) || isBusy || !dialog) return;
  event.preventDefault();
  open(dialog);
}

export function dialogs(): void {
  document.addEventListener("keydown", openShortcuts);
  on("click", "[data-dialog]", (opener, event) => {
    const dialog = document.getElementById(opener.dataset.dialog ?? "");
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    open(dialog);
  });
  on("click", "[data-dialog-close]", (button, event) => {
    const dialog = button.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });
  document.addEventListener("click", refuseBlocked);
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = (event.target as Element).querySelector?.<HTMLDialogElement>("dialog[data-open]");
    if (dialog && !dialog.open) open(dialog);
  });
}
