// A select with a few likely options gets all the others, from a template of the page, when it is first opened.
import { on } from "../dom";

export function moreOptions(): void {
  on("focusin", "select[data-more-options]", (element) => {
    const select = element as HTMLSelectElement;
    const others = document.querySelector<HTMLTemplateElement>(`template#${select.dataset.moreOptions}`);
    delete select.dataset.moreOptions;
    if (others) select.append(others.content.cloneNode(true));
  });
}
