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

/** Keeps the panel and the news for screen readers in step with what is chosen. */
export function followChoice(view: GraphView, frame: HTMLElement): () => void {
  const panel = frame.querySelector<HTMLElement>("[data-graph-panel]");
  const news = frame.querySelector("[data-graph-news]");
  const show = () => {
    const node = view.chosen();
    const edge = view.cy.edges(":selected").first() as EdgeSingular;
    if (panel) {
      panel.hidden = !node && edge.empty();
      if (node) showNode(panel, node);
      else if (edge.nonempty()) showEdge(panel, edge);
    }
    if (news && node) news.textContent = `${node.data("label")} (${node.data("group")})`;
  };
  view.cy.on("select unselect lock unlock remove", () => setTimeout(show));
  return show;
}
