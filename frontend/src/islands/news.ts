// Changes of others come into the open table of an event by themselves: the hub is asked every few seconds, more seldom
// where its answers take long, and never while the page is hidden. It answers with nothing while nothing has changed.
import { countFacets } from "./facets";
import { lightNew } from "./renewedRows";
import { beginAll, renewTable } from "./scrolledRows";

const EVERY_MS = 10_000;
const MOST_MS = 120_000;
/** A person at work on a page is asked for no more than this share of the hub's time. */
const PATIENCE = 20;
/** How long it is said that the rows are new. */
const SAID_MS = 20_000;
/** The status of the answer while the owner is changing the event. */
const BEING_CHANGED = 205;

let timer = 0;
let asking = false;

function place(): HTMLElement | null {
  return document.querySelector<HTMLElement>("#event-news");
}

function plan(after: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void ask(), after);
}

/** Takes over the parts of the answer that the page has, but for a choice that is about what was shown before. */
function takeOver(answer: HTMLTemplateElement): void {
  const focused = document.activeElement?.id;
  for (const fresh of answer.content.querySelectorAll<HTMLElement>("[id][hx-swap-oob]")) {
    const held = document.getElementById(fresh.id);
    if (!held || held.querySelector("input[data-every][value='1']")) continue;
    fresh.removeAttribute("hx-swap-oob");
    held.replaceWith(fresh);
    window.htmx.process(fresh);
  }
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  countFacets();
}

/** Renews the head of the page. Returns false if something is open or held there: it is left until the next time. */
function renewHead(answer: HTMLTemplateElement): boolean {
  let all = true;
  for (const fresh of answer.content.querySelectorAll<HTMLElement>("[data-renewed-parts] > [id]")) {
    const held = document.getElementById(fresh.id);
    if (!held) continue;
    if (held.contains(document.activeElement) || held.querySelector("details[open]")) {
      all = false;
      continue;
    }
    // It knows since when the page is open.
    const presence = held.querySelector(".event-presence");
    if (presence) fresh.querySelector(".event-presence")?.replaceWith(presence);
    if (held.classList.contains("unfolded")) fresh.classList.add("unfolded");
    const opened = held.querySelector("[data-unfolds]")?.getAttribute("aria-expanded");
    if (opened) fresh.querySelector("[data-unfolds]")?.setAttribute("aria-expanded", opened);
    held.replaceWith(fresh);
    window.htmx.process(fresh);
  }
  return all;
}

/** Draws the table anew where it has other columns now; not under the hands of somebody who edits or chooses. */
function redraw(table: HTMLTableElement, since: number): void {
  const known = new Set([...table.rows].map((row) => row.id));
  const top = table.closest(".table-frame")?.scrollTop ?? 0;
  const drawn = () => {
    const now = document.querySelector<HTMLTableElement>("table[data-rows-url]");
    if (!now || now === table) return;
    document.removeEventListener("htmx:afterSettle", drawn);
    const frame = now.closest(".table-frame");
    if (frame && top) frame.scrollTop = top;
    lightNew(now.querySelectorAll<HTMLTableRowElement>("tbody tr[id]"), known, since);
    say();
  };
  document.addEventListener("htmx:afterSettle", drawn);
  window.htmx.trigger("#attribute-filter", "submit");
}

function say(): void {
  const line = document.querySelector("#news-line");
  if (!line) return;
  line.textContent = place()?.dataset.changed ?? "";
  setTimeout(() => line.replaceChildren(), SAID_MS);
}

function showConflict(row: HTMLTableRowElement, words: string): void {
  const editor = row.querySelector(".cell-editor");
  if (!editor || editor.querySelector("[role=alert]")) return;
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  said.textContent = words;
  editor.prepend(said);
}

async function renew(table: HTMLTableElement, html: string): Promise<void> {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const isWhole = renewHead(answer);
  const since = Number.parseInt(place()?.dataset.seen ?? "", 10) || 0;
  const total = answer.content.querySelector<HTMLElement>("#row-total")?.dataset.total;
  const hasRows = table.querySelector("tbody tr[id]") !== null;
  const columns = new URLSearchParams(table.dataset.rowsUrl?.split("?")[1] ?? "").get("columns") ?? "";
  const told = answer.content.querySelector<HTMLElement>("#event-news")?.dataset;
  const wanted = told?.columns ?? columns;
  const count = document.querySelector(".tabs [aria-current] .count");
  if (count && told?.count) count.textContent = told.count;
  const isHeld = table.querySelector(".cell-editor, input[data-select]:checked") !== null;
  // The first row, or the last one: what stands around the table changes as well.
  if (hasRows !== Number(total) > 0 || (wanted !== columns && !isHeld)) {
    redraw(table, since);
    return;
  }
  const renewal = await renewTable(table, since);
  const words = place()?.dataset;
  if (!renewal || !words) return;
  const { seen } = words;
  takeOver(answer);
  beginAll();
  const now = place();
  for (const [row, kind] of renewal.conflicts)
    showConflict(row, (kind === "changed" ? now?.dataset.conflict : now?.dataset.deleted) ?? "");
  // What was left as it is, is asked for again.
  if (now && (renewal.conflicts.size || !isWhole || wanted !== columns)) now.dataset.seen = `${seen}.`;
  if (renewal.changed) say();
}

async function ask(): Promise<void> {
  const now = place();
  const table = document.querySelector<HTMLTableElement>("table[data-rows-url]");
  // Coming back to the page asks again.
  if (document.hidden || asking || !now || !table) return;
  asking = true;
  const started = performance.now();
  try {
    const query = new URLSearchParams(table.dataset.rowsUrl?.split("?")[1] ?? "");
    query.set("seen", now.dataset.seen ?? "");
    const answer = await fetch(`${now.dataset.url}?${query}`, { headers: { "HX-Request": "true" } });
    // Whoever is no longer signed in learns so from the next page.
    if (answer.redirected) return;
    if (answer.status === 404) {
      const line = document.querySelector("#news-line");
      if (line) line.textContent = now.dataset.gone ?? "";
      return;
    }
    const changing = document.querySelector<HTMLElement>("#event-changing");
    if (changing) changing.hidden = answer.status !== BEING_CHANGED;
    const html = await answer.text();
    if (answer.status === 200 && table.isConnected) await renew(table, html);
    plan(Math.min(Math.max(EVERY_MS, PATIENCE * (performance.now() - started)), MOST_MS));
  } catch {
    plan(MOST_MS);
  } finally {
    asking = false;
  }
}

export function news(): void {
  if (!place()) return;
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else plan(0);
  });
  plan(EVERY_MS);
}
