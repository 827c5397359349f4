// Side navigation on narrow screens. Without script :target opens it; with script it also traps the focus.
const OTHERS = ".top-bar, #main, .skip";

function toggle(nav: HTMLElement, opener: HTMLElement, open: boolean): void {
  nav.classList.toggle("open", open);
  opener.setAttribute("aria-expanded", String(open));
  document.querySelectorAll<HTMLElement>(OTHERS).forEach((element) => {
    element.inert = open;
  });
  (open ? nav.querySelector<HTMLElement>(".sidebar-close") : opener)?.focus();
}

export function drawer(): void {
  const nav = document.querySelector<HTMLElement>("#nav");
  const opener = document.querySelector<HTMLElement>("[data-drawer]");
  if (!nav || !opener) return;
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-expanded", "false");
  const close = (): void => toggle(nav, opener, false);
  opener.addEventListener("click", (event) => {
    event.preventDefault();
    toggle(nav, opener, true);
  });
  for (const closer of document.querySelectorAll(".scrim, .sidebar-close")) {
    closer.addEventListener("click", (event) => {
      event.preventDefault();
      close();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && nav.classList.contains("open")) close();
  });
}
