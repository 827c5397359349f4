// Menus are details elements: one open at a time, closed by Esc and by a press outside.
const OPEN = "details.menu[open]";

function closeAll(except?: Element | null): void {
  document.querySelectorAll<HTMLDetailsElement>(OPEN).forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

function closeOnEscape(event: KeyboardEvent): void {
  const menu = document.querySelector<HTMLDetailsElement>(OPEN);
  if (event.key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector<HTMLElement>("summary")?.focus();
}

function moveByArrow(event: KeyboardEvent): void {
  const menu = (event.target as Element).closest?.<HTMLDetailsElement>(OPEN);
  if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const items = [...menu.querySelectorAll<HTMLElement>(".menu-body a, .menu-body button")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const now = items.indexOf(document.activeElement as HTMLElement);
  const next = now < 0 ? (step > 0 ? 0 : items.length - 1) : (now + step + items.length) % items.length;
  items[next]?.focus();
  event.preventDefault();
}

/** What is done from a menu changes the page below it. */
function closeAfterAction(event: Event): void {
  const menu = (event.target as Element).closest?.<HTMLDetailsElement>(OPEN);
  if (menu && (event.target as Element).matches("button, form")) menu.open = false;
}

/** The menu of a row of attributes gets its contents when it is needed: one template of the page has those of all rows. */
function fillMenu(menu: HTMLElement): void {
  const template = document.querySelector<HTMLTemplateElement>(`template#${menu.dataset.contents}`);
  const body = menu.querySelector<HTMLElement>(".menu-body");
  const id = menu.closest("tr")?.id.replace("attribute-", "");
  if (!template?.dataset.id || !body || !id) return;
  delete menu.dataset.contents;
  body.innerHTML = template.innerHTML.replaceAll(template.dataset.id, id);
  window.htmx.process(body);
}

/** The copy menu of a row, likewise. */
function fillCopies(menu: HTMLElement): void {
  const template = document.querySelector<HTMLTemplateElement>("template#copy-menu");
  const body = menu.querySelector<HTMLElement>(".menu-body");
  const { value = "", type, defanged } = menu.dataset;
  if (!template || !body || body.childElementCount) return;
  const json = `{"type": ${JSON.stringify(type)}, "value": ${JSON.stringify(value)}}`;
  const texts = new Map(Object.entries({ defanged, unchanged: value, json }));
  body.append(template.content.cloneNode(true));
  for (const button of body.querySelectorAll("button")) {
    const text = texts.get(button.dataset.form ?? "");
    if (text === undefined) button.remove();
    else {
      button.dataset.copy = text;
      button.dataset.copied = button.dataset.copied?.replaceAll(template.dataset.id ?? "", () => text);
    }
  }
}

/** A menu that opens is filled; in a frame that scrolls, one near the lower edge opens upwards. */
function opened(event: Event): void {
  const menu = event.target as HTMLElement;
  if (menu.matches("details[data-contents]")) fillMenu(menu);
  else if (menu.matches("details[data-value]")) fillCopies(menu);
  const frame = menu.closest?.(".attribute-frame");
  if (!frame || !menu.matches("details.menu[open]")) return;
  menu.classList.remove("menu-up");
  const body = menu.querySelector(".menu-body")?.getBoundingClientRect();
  const edges = frame.getBoundingClientRect();
  if (body && body.bottom > edges.bottom && body.height < menu.getBoundingClientRect().top - edges.top)
    menu.classList.add("menu-up");
}

/** A change made from a menu ends it; what only fetches (a tray that polls) leaves it open. */
function closeAfterChange(event: Event): void {
  const { elt, requestConfig } = (event as CustomEvent).detail;
  const menu = (elt as Element).closest<HTMLDetailsElement>(OPEN);
  if (!menu || requestConfig.verb === "get") return;
  menu.open = false;
  menu.querySelector<HTMLElement>("summary")?.focus();
}

/** What a key does in a row is in its menu, opened or not. */
export function inRowMenu(row: HTMLTableRowElement, selector: string): HTMLElement | null {
  row.querySelectorAll<HTMLElement>("details[data-contents]").forEach(fillMenu);
  return row.querySelector<HTMLElement>(selector);
}

export function menus(): void {
  document.addEventListener("htmx:afterRequest", closeAfterAction);
  document.addEventListener("click", (event) => closeAll((event.target as Element).closest("details.menu")));
  // What was chosen in it is done, and its row may stay.
  document.addEventListener("htmx:afterRequest", (event) => {
    const chosen = event.target as Element;
    const menu = chosen.closest?.<HTMLDetailsElement>(`.table-frame ${OPEN}`);
    if (menu && chosen.matches("a, button, form")) menu.open = false;
  });
  document.addEventListener("toggle", opened, true); // It does not bubble.
  document.addEventListener("keydown", closeOnEscape);
  document.addEventListener("keydown", moveByArrow);
  document.addEventListener("htmx:beforeSend", closeAfterChange);
}
