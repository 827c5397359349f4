// Enter in the search of a picker searches, and does not save the form around it. A single hit is chosen at once.
export function pickers(): void {
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key !== "Enter" || !(box instanceof HTMLInputElement) || box.dataset.pick === undefined) return;
    event.preventDefault();
    document.addEventListener("htmx:afterSettle", () => chooseSingleHit(box), { once: true });
    box.dispatchEvent(new Event("pick"));
  });
}

function chooseSingleHit(box: HTMLInputElement): void {
  const hits = box.closest(".pick")?.querySelectorAll<HTMLInputElement>("input[type=checkbox]:not(:checked)");
  const [only, ...others] = hits ?? [];
  if (!only || others.length || !box.value) return;
  only.checked = true;
  box.value = "";
}
