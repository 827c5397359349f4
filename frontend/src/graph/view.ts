// A graph on a page: what is in it, how it is arranged, what of it is shown.
import cytoscape, {
  type Core,
  type EdgeSingular,
  type LayoutOptions,
  type NodeCollection,
  type NodeSingular,
} from "cytoscape";
import type { EdgeKind, GraphData, GraphEdge, GraphNode } from "./data";
import { Groups, paint } from "./paint";
import { spread } from "./spread";

/** A graph of two would fill the frame with two letters. */
const LARGEST_FIT = 1.4;
/** Labels are then as large as the page's own text. */
const SMALLEST_FIT = 0.7;
const PADDING = 24;
const RING = 110;
const CELL = { width: 190, height: 80 };

/** Letters of a label on one line. */
const WIDTH = 24;

/** Broken between words and after the signs in addresses and paths where there are any, else anywhere. */
export function broken(label: string): string {
  const rows = label.split("\n").flatMap((line) => {
    const own = [""];
    for (const word of line.split(/(?<=[\s./\\@:?&=_\]-])(?!\])/)) {
      if ((own.at(-1) + word).length > WIDTH && own.at(-1)) own.push("");
      for (let at = 0; at < word.length; at += WIDTH) {
        if (at) own.push("");
        own[own.length - 1] += word.slice(at, at + WIDTH);
      }
    }
    return own;
  });
  return rows.map((row) => row.trim()).join("\n");
}

export class GraphView {
  readonly cy: Core;
  readonly groups = new Groups();
  /** All edges received, also those whose ends are not drawn now. */
  private edges = new Map<string, GraphEdge>();
  private isMoved = false;
  private layout = "cose";
  private isArranged = false;

  constructor(readonly place: HTMLElement) {
    this.cy = cytoscape({ container: place, maxZoom: 4, minZoom: 0.02, boxSelectionEnabled: false });
    for (const group of place.dataset.graphGroups?.split("|") ?? []) this.groups.shapeOf(group);
    paint(this.cy);
    const repaint = () => paint(this.cy);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
    new MutationObserver(repaint).observe(document.documentElement, { attributeFilter: ["data-theme"] });
    // Until the reader moves or zooms, the graph fills the frame, whatever its size.
    new ResizeObserver(() => {
      this.cy.resize();
      if (!this.isMoved) this.fitReadable();
    }).observe(place);
    this.cy.on("dragpan scrollzoom pinchzoom", () => {
      this.isMoved = true;
    });
  }

  /** The nodes of the page itself, without those that help drawing. */
  nodes(): NodeCollection {
    return this.cy.nodes("[group]");
  }

  node(id: string): NodeSingular | undefined {
    const found = this.cy.getElementById(id);
    return found.nonempty() && found.isNode() ? (found as NodeSingular) : undefined;
  }

  /** Adds what is new; returns the new nodes. */
  add(data: GraphData): NodeCollection {
    const fresh = data.nodes.filter((node) => !this.node(node.id));
    const added = this.cy.add(
      fresh.map((node) => ({
        group: "nodes" as const,
        data: { ...node, text: broken(node.label), shape: this.groups.shapeOf(node.group) },
        classes: node.main ? "main" : "",
      })),
    );
    for (const edge of data.edges) {
      const id = edge.id ?? `${edge.source} ${edge.label} ${edge.target}`;
      this.edges.set(id, { ...edge, id });
    }
    this.join();
    this.place.dataset.nodes = String(this.nodes().length);
    return added.nodes();
  }

  remove(ids: string[]): void {
    for (const id of ids) this.cy.getElementById(id).remove();
    this.join();
    this.place.dataset.nodes = String(this.nodes().length);
  }

  removeEdge(id: string): void {
    this.edges.delete(id);
    this.join();
  }

  /** Forgets the edges of this kind, and what is no part of the event and has no other. */
  removeContext(kind: EdgeKind): void {
    for (const [id, edge] of this.edges) if (edge.kind === kind) this.edges.delete(id);
    const linked = new Set([...this.edges.values()].flatMap((edge) => [edge.source, edge.target]));
    const gone = this.nodes().filter((node) => !node.data("uuid") && !linked.has(node.id()));
    this.remove(gone.map((node) => node.id()));
  }

  edge(id: string): GraphEdge | undefined {
    return this.edges.get(id);
  }

  /** Draws each edge between its ends; an object stands in for an attribute of it that is not drawn. */
  private join(): void {
    const wanted = new Map<string, { source: string; target: string; edge: GraphEdge }>();
    for (const [id, edge] of this.edges) {
      const source = this.drawn(edge.source, edge.sourceIn);
      const target = this.drawn(edge.target, edge.targetIn);
      if (!source || !target || source === target) continue;
      const isContext = edge.kind === "tag" || edge.kind === "correlation";
      wanted.set(isContext ? `${edge.kind} ${source} ${target}` : id, { source, target, edge });
    }
    this.cy.batch(() => {
      for (const old of this.cy.edges("[label]").toArray()) {
        const now = wanted.get(old.id());
        const isSame = now && now.source === old.data("source") && now.target === old.data("target");
        if (isSame) wanted.delete(old.id());
        else old.remove();
      }
      this.cy.add(
        [...wanted].map(([id, { source, target, edge }]) => ({
          group: "edges" as const,
          data: { ...edge, id, source, target },
        })),
      );
    });
  }

  private drawn(id: string, standIn?: string): string | undefined {
    if (this.node(id)) return id;
    return standIn && this.node(standIn) ? standIn : undefined;
  }

  async arrange(name = this.layout): Promise<void> {
    this.layout = name;
    const shown = this.cy.elements().not(".gone");
    const alone = shown.nodes().filter((node) => (node as NodeSingular).connectedEdges().empty());
    const isApart = (name === "cose" || name === "breadthfirst") && alone.length > 1;
    const layout = (isApart ? shown.not(alone) : shown).layout(this.options());
    this.isArranged = true;
    const done = layout.promiseOn("layoutstop");
    layout.run();
    await done;
    const linked = (isApart ? shown.not(alone) : shown).nodes();
    if (name === "cose" && linked.nonempty()) this.turn(linked);
    if (name !== "grid") spread(linked);
    if (isApart) this.line(alone.nodes(), linked);
    this.fitReadable();
  }

  /** A tall graph in a wide frame lies down, so that its labels can be read. */
  private turn(nodes: NodeCollection): void {
    const { w, h } = nodes.boundingBox();
    const isAcross = w > h === this.cy.width() > this.cy.height();
    if (isAcross || nodes.filter(":locked").nonempty()) return;
    for (const node of nodes.toArray() as NodeSingular[]) {
      const { x, y } = node.position();
      node.position({ x: y, y: x });
    }
  }

  /** Rows below the others for what is linked to nothing, in the proportions of the frame. */
  private line(alone: NodeCollection, others: NodeCollection): void {
    const { x1, y2, w, h } = others.empty() ? { x1: 0, y2: 0, w: 0, h: 0 } : others.boundingBox();
    const frame = this.cy.width() / this.cy.height();
    const across = Math.max(w, frame * h, Math.sqrt(alone.length * CELL.width * CELL.height * frame));
    const columns = Math.min(alone.length, Math.max(2, Math.round(across / CELL.width)));
    const left = x1 + (w - columns * CELL.width) / 2;
    alone.forEach((node, index) => {
      const column = index % columns;
      const row = Math.floor(index / columns);
      node.position({ x: left + (column + 0.5) * CELL.width, y: y2 + (row + 1) * CELL.height });
    });
  }

  private options(): LayoutOptions {
    const common = { animate: false, fit: false, padding: PADDING, nodeDimensionsIncludeLabels: true };
    if (this.layout === "breadthfirst")
      return { name: "breadthfirst", ...common, directed: true, spacingFactor: 1.1 };
    if (this.layout === "circle") return { name: "circle", ...common };
    if (this.layout === "grid") return { name: "grid", ...common };
    return {
      name: "cose",
      ...common,
      idealEdgeLength: () => 150,
      nodeRepulsion: () => 12_000,
      randomize: !this.isArranged,
      // Hundreds of nodes would take seconds otherwise.
      numIter: Math.max(150, Math.min(1000, Math.round(80_000 / Math.max(1, this.cy.nodes().length)))),
    };
  }

  /** Puts new nodes around the one that they came from, and moves nothing else. */
  surround(centre: NodeSingular, fresh: NodeCollection): void {
    const { x, y } = centre.position();
    const radius = Math.max(RING, (fresh.length * 60) / (2 * Math.PI));
    fresh.forEach((node, index) => {
      const angle = (2 * Math.PI * index) / fresh.length + 0.4;
      node.position({ x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) });
    });
    spread(fresh);
    if (!this.isMoved) this.fit();
  }

  fit(): void {
    this.cy.fit(this.cy.elements().not(".gone"), PADDING);
    if (this.cy.zoom() > LARGEST_FIT) {
      this.cy.zoom(LARGEST_FIT);
      this.cy.center(this.cy.elements().not(".gone"));
    }
    this.isMoved = false;
    this.place.dataset.fitted = "true";
  }

  /** As much of the graph as its labels can be read in; of a larger one, the middle of its largest part. */
  private fitReadable(): void {
    this.fit();
    // A graph without contexts is of one event and its neighbours, all of which must be in sight.
    if (this.cy.zoom() >= SMALLEST_FIT || !this.place.closest("[data-contexts]")) return;
    const parts = this.cy.elements().not(".gone").components();
    const [largest] = parts.sort((one, other) => other.length - one.length);
    if (!largest) return;
    const { x1, w, y1, h } = largest.boundingBox();
    this.cy.zoom(SMALLEST_FIT);
    // From the top of the frame, so that it holds as much as it can of what lies below.
    const isTall = h * SMALLEST_FIT > this.cy.height();
    const y = isTall ? this.cy.height() / 2 - (y1 + h / 2) * SMALLEST_FIT : PADDING - y1 * SMALLEST_FIT;
    this.cy.pan({ x: this.cy.width() / 2 - (x1 + w / 2) * SMALLEST_FIT, y });
  }

  zoom(factor: number): void {
    const middle = { x: this.cy.width() / 2, y: this.cy.height() / 2 };
    this.cy.zoom({ level: this.cy.zoom() * factor, renderedPosition: middle });
    this.isMoved = true;
  }

  choose(part: NodeSingular | EdgeSingular): void {
    this.cy.elements().unselect();
    part.select();
    const { x1, x2, y1, y2 } = part.renderedBoundingBox();
    const isInSight = x1 >= 0 && y1 >= 0 && x2 <= this.cy.width() && y2 <= this.cy.height();
    if (!isInSight) this.cy.center(part);
  }

  chosen(): NodeSingular | undefined {
    const found = this.nodes().filter(":selected");
    return found.nonempty() ? (found.first() as NodeSingular) : undefined;
  }

  chosenEdge(): EdgeSingular | undefined {
    const found = this.cy.edges(":selected");
    return found.nonempty() ? (found.first() as EdgeSingular) : undefined;
  }

  /** The edges of the node that are in sight. */
  edgesOf(node: NodeSingular): EdgeSingular[] {
    const edges = node.connectedEdges().filter((edge) => edge.connectedNodes(".gone").empty());
    return edges.toArray() as EdgeSingular[];
  }

  /** Marks the nodes with this text, and returns them. */
  search(text: string): NodeCollection {
    const wanted = text.trim().toLowerCase();
    this.cy.elements().removeClass("found faint");
    if (!wanted) return this.cy.collection().nodes();
    const found = this.nodes().filter((node) => textOf(node.data() as GraphNode).includes(wanted));
    found.addClass("found");
    this.nodes().not(found).addClass("faint");
    this.cy.edges().addClass("faint");
    return found;
  }

  show(group: string, isShown: boolean): void {
    this.nodes()
      .filter((node) => node.data("group") === group)
      .toggleClass("gone", !isShown);
  }
}

function textOf(node: GraphNode): string {
  return `${node.label} ${node.detail ?? ""} ${node.type ?? ""}`.toLowerCase();
}
