// Files may be dropped anywhere on a page with a field for them; they are added to those chosen before.
const FIELD = "input[data-drop-files]";

function field(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>(FIELD);
}

function hasFiles(event: DragEvent): boolean {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

function mark(on: boolean): void {
  field()?.classList.toggle("drop-here", on);
}

function dropped(event: DragEvent): void {
  const input = field();
  if (!input || !hasFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  mark(false);
  const all = new DataTransfer();
  for (const file of [...(input.files ?? []), ...event.dataTransfer.files]) all.items.add(file);
  input.files = all.files;
  input.focus();
}

export function dropFiles(): void {
  document.addEventListener("dragover", (event) => {
    if (!field() || !hasFiles(event)) return;
    event.preventDefault();
    mark(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) mark(false);
  });
  document.addEventListener("drop", dropped);
}
