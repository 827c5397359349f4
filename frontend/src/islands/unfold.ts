// A button that shows a part which is folded on phones only. Without scripts the part is always shown.
import { on } from "../dom";

export function unfolding(): void {
  on("click", "button[data-unfolds]", (button) => {
    const part = document.getElementById(button.getAttribute("aria-controls") ?? "");
    const isOpen = part?.classList.toggle("unfolded") ?? false;
    button.setAttribute("aria-expanded", String(isOpen));
  });
}
