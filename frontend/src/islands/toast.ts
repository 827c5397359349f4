// Toasts: announced by their role, closed by hand; one without an action leaves by itself.
import { on } from "../dom";

const STAYS_MS = 6000;
// Long ones stay until they can be read.
const MS_PER_CHARACTER = 90;

function close(toast: HTMLElement): void {
  toast.classList.add("leaving");
  setTimeout(() => toast.remove(), 240);
}

function leaveByItself(toast: HTMLElement): void {
  const stays = toast.matches("[role=alert]") || toast.querySelector("a, button:not([data-toast-close])");
  const reading = (toast.textContent?.length ?? 0) * MS_PER_CHARACTER;
  if (!stays) setTimeout(() => close(toast), Math.max(STAYS_MS, reading));
}

/** Shows a short message to everybody, sighted or not. */
export function say(text: string): void {
  const template = document.querySelector<HTMLTemplateElement>("#toast-template");
  const tray = document.querySelector("#toasts");
  const toast = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  const words = toast?.querySelector("[data-toast-text]");
  if (!tray || !toast || !words) return;
  words.textContent = text;
  tray.append(toast);
  leaveByItself(toast);
}

export function toasts(): void {
  on("click", "[data-toast-close]", (button) => {
    const toast = button.closest<HTMLElement>(".toast");
    if (toast) close(toast);
  });
  document.querySelectorAll<HTMLElement>("#toasts .toast").forEach(leaveByItself);
}
