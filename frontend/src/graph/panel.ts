// What the panel beside a graph says of the chosen node or edge, and what can be done with it.
import type { EdgeSingular, NodeSingular } from "cytoscape";
import type { GraphView } from "./view";

function fill(panel: HTMLElement, facts: Record<string, string>): void {
  for (const slot of panel.querySelectorAll<HTMLElement>("[data-panel]")) {
    const text = facts[slot.dataset.panel ?? ""] ?? "";
    if (slot instanceof HTMLAnchorElement) {
      if (text) slot.href = text;
    } else slot.textContent = text;
    slot.hidden = !text;
  }
}

function offer(panel: HTMLElement, allowed: Record<string, boolean>): void {
  for (const button of panel.querySelectorAll<HTMLElement>("[data-graph-act]"))
    button.hidden = !allowed[button.dataset.graphAct ?? ""];
}

function showNode(panel: HTMLElement, node: NodeSingular): void {
  const { label, group, type, detail, url, edit, data, from, isOpen } = node.data();
  fill(panel, { name: label, group, type, detail: detail === label ? "" : detail, url, edit });
  offer(panel, {
    expand: Boolean(data) && !isOpen,
    collapse: Boolean(data) && Boolean(isOpen),
    pin: !node.locked(),
    unpin: node.locked(),
    hide: true,
    reference: Boolean(from),
  });
}

function showEdge(panel: HTMLElement, edge: EdgeSingular): void {
  const ends = `${edge.source().data("label")} → ${edge.target().data("label")}`;
  fill(panel, { name: edge.data("label") || ends, detail: ends, comment: edge.data("comment") ?? "" });
  const isReference = edge.data("kind") === "reference";
  offer(panel, { change: isReference, remove: isReference });
}

/** Links listed of one node; all of them are in the graph and in the table of the page. */
const MOST_LINKS = 50;

function line(text: string): string {
  return text.replace("\n", ": ");
}

function said(edge: EdgeSingular): string {
  const [source, target] = [edge.source(), edge.target()].map((node) => line(String(node.data("label"))));
  const label = String(edge.data("label") ?? "");
  return label ? `${source} → ${label} → ${target}` : `${source} → ${target}`;
}

function link(text: string, choose: () => void): HTMLElement {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "linkish";
  button.textContent = text;
  button.addEventListener("click", choose);
  item.append(button);
  return item;
}

/** The edges of the chosen node, or the ends of the chosen edge, each a button that chooses it. */
function listLinks(panel: HTMLElement, view: GraphView, choose: (part: NodeSingular | EdgeSingular) => void) {
  const list = panel.querySelector<HTMLElement>("[data-panel-links]");
  const node = view.chosen();
  const edge = view.chosenEdge();
  if (!list) return;
  const ends = edge ? [edge.source(), edge.target()] : [];
  const items = node
    ? view
        .edgesOf(node)
        .slice(0, MOST_LINKS)
        .map((one) => link(toOther(node, one), () => choose(one)))
    : ends.map((end) => link(line(String(end.data("label"))), () => choose(end)));
  list.replaceChildren(...items);
  list.hidden = items.length === 0;
}

function toOther(node: NodeSingular, edge: EdgeSingular): string {
  const isOut = edge.source() === node;
  const other = line(String((isOut ? edge.target() : edge.source()).data("label")));
  const label = String(edge.data("label") ?? "");
  return `${isOut ? "→" : "←"} ${label ? `${label}: ` : ""}${other}`;
}

/** Keeps the panel and the news for screen readers in step with what is chosen. */
export function followChoice(view: GraphView, frame: HTMLElement): () => void {
  const panel = frame.querySelector<HTMLElement>("[data-graph-panel]");
  const news = frame.querySelector("[data-graph-news]");
  const choose = (part: NodeSingular | EdgeSingular) => {
    view.choose(part);
    show();
    panel?.querySelector<HTMLElement>(":is(a, button):not([hidden])")?.focus();
  };
  const show = () => {
    const node = view.chosen();
    const edge = view.chosenEdge();
    if (!panel) return;
    panel.hidden = !node && !edge;
    if (node) showNode(panel, node);
    else if (edge) showEdge(panel, edge);
    listLinks(panel, view, choose);
  };
  view.cy.on("select", (event) => {
    const part = event.target as NodeSingular | EdgeSingular;
    if (!news) return;
    if (part.isNode()) news.textContent = `${line(String(part.data("label")))} (${part.data("group")})`;
    else if (part.isEdge()) news.textContent = said(part);
  });
  view.cy.on("select unselect lock unlock add remove", () => setTimeout(show));
  return show;
}
