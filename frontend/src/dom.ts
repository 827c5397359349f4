// Small helpers shared by the islands. Listeners sit on the document, so swapped-in parts work at once.

/** Calls handle for events of this type whose target lies in an element that matches the selector. */
export function on<K extends keyof DocumentEventMap>(
  type: K,
  selector: string,
  handle: (element: HTMLElement, event: DocumentEventMap[K]) => void,
): void {
  document.addEventListener(type, (event) => {
    const element = (event.target as Element | null)?.closest?.<HTMLElement>(selector);
    if (element) handle(element, event);
  });
}

/** True where a key press is text and must not be taken as a command. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  if (!element?.closest) return false;
  return (
    element.isContentEditable ||
    element.closest("input:not([type=checkbox], [type=radio]), textarea, select") !== null
  );
}

/** True when the key or click came with Ctrl, Alt or the command key: the browser's business, not ours. */
export function hasModifier(event: KeyboardEvent | MouseEvent): boolean {
  return event.ctrlKey || event.altKey || event.metaKey;
}
