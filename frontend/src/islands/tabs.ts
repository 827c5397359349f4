// Tabs that are wider than a small screen are scrolled so far that the current one is in view.
export function tabs(): void {
  for (const current of document.querySelectorAll<HTMLElement>(".tabs > [aria-current]")) {
    const bar = current.parentElement;
    if (bar)
      bar.scrollLeft = current.offsetLeft - bar.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
  }
}
