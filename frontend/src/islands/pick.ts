// Enter in the search of a picker searches, and does not save the form around it.
export function pickers(): void {
  document.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key !== "Enter" || !(box instanceof HTMLInputElement) || box.dataset.pick === undefined) return;
    event.preventDefault();
    box.dispatchEvent(new Event("pick"));
  });
}
