// Files may be dropped anywhere on a page with a field for them; they are added to those chosen before.
// `data-submit-when-chosen` on the field: its form is sent as soon as there is a file.
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
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function chosen(event: Event): void {
  const input = event.target;
  if (!(input instanceof HTMLInputElement) || !input.matches("[data-submit-when-chosen]")) return;
  if (input.files?.length) input.form?.requestSubmit(input.form.querySelector("button"));
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
  document.addEventListener("change", chosen);
}
