// Buttons that insert a prepared text in a text area: `data-insert-into` is its id, `data-text` the text.
import { on } from "../dom";

export function insertText(): void {
  on("click", "[data-insert-into]", (button) => {
    const area = document.getElementById(button.dataset.insertInto ?? "");
    if (!(area instanceof HTMLTextAreaElement)) return;
    const before = area.value.trimEnd();
    area.value = before + (before ? "\n\n" : "") + (button.dataset.text ?? "");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
