// One polite live region. A swapped part says its news in data-announce; a new heading takes the focus.
export function liveRegion(): void {
  const region = document.querySelector("#live");
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.target as HTMLElement;
    const news = part.matches("[data-announce]") ? part : part.querySelector<HTMLElement>("[data-announce]");
    if (news && region) region.textContent = news.dataset.announce ?? "";
    part.querySelector<HTMLElement>("[data-focus]")?.focus();
  });
}
