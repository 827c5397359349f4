// A graph by keyboard: arrows lead to the nearest node in that direction, and everything a pointer does has a key.
import type { EdgeSingular, NodeSingular } from "cytoscape";
import { hasModifier } from "../dom";
import type { GraphView } from "./view";

const DIRECTIONS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function nearest(view: GraphView, from: NodeSingular, [dx, dy]: [number, number]): NodeSingular | undefined {
  const here = from.position();
  let best: NodeSingular | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const node of view.nodes().not(".gone").not(from).toArray() as NodeSingular[]) {
    const { x, y } = node.position();
    const ahead = (x - here.x) * dx + (y - here.y) * dy;
    const aside = Math.abs((x - here.x) * dy) + Math.abs((y - here.y) * dx);
    // What lies aside counts double: the next one ahead, not the next one at all.
    const far = ahead + 2 * aside;
    if (ahead > 0 && aside < 3 * ahead && far < least) {
      best = node;
      least = far;
    }
  }
  return best;
}

/** How far a key moves a node, in the graph's own units. */
const STEP = 20;

/** The end of the edge that lies furthest in the direction. */
function endOf(edge: EdgeSingular, [dx, dy]: [number, number]): NodeSingular {
  const far = (node: NodeSingular) => node.position("x") * dx + node.position("y") * dy;
  const source = edge.source();
  const target = edge.target();
  return far(source) > far(target) ? source : target;
}

class Keys {
  /** The node whose edges are gone through. */
  private centre = "";

  constructor(private readonly view: GraphView) {}

  /** Returns whether the key meant something here. */
  press(event: KeyboardEvent): boolean {
    const direction = DIRECTIONS[event.key];
    if (direction && event.shiftKey) this.push(direction);
    else if (direction) this.go(direction);
    else if (event.key === "j") this.step(1);
    else if (event.key === "k") this.step(-1);
    else if (event.key === "l") this.follow(1);
    else if (event.key === "L") this.follow(-1);
    else return false;
    return true;
  }

  private go(direction: [number, number]): void {
    const edge = this.view.chosenEdge();
    const chosen = this.view.chosen();
    if (edge) this.view.choose(endOf(edge, direction));
    else if (!chosen) this.step(1);
    else {
      const next = nearest(this.view, chosen, direction);
      if (next) this.view.choose(next);
    }
  }

  private push([dx, dy]: [number, number]): void {
    const chosen = this.view.chosen();
    if (!chosen || chosen.locked()) return;
    const { x, y } = chosen.position();
    chosen.position({ x: x + dx * STEP, y: y + dy * STEP });
  }

  /** In the order of the graph's data, which reaches every node wherever it lies. */
  private step(by: number): void {
    const nodes = this.view.nodes().not(".gone").toArray() as NodeSingular[];
    const at = nodes.findIndex((node) => node.id() === this.view.chosen()?.id());
    const first = by > 0 ? 0 : nodes.length - 1;
    const next = nodes[at < 0 ? first : (at + by + nodes.length) % nodes.length];
    if (next) this.view.choose(next);
  }

  private follow(by: number): void {
    const edge = this.view.chosenEdge();
    const node = this.view.chosen() ?? this.view.node(this.centre) ?? edge?.source();
    if (!node) return;
    const edges = this.view.edgesOf(node);
    const at = edges.findIndex((one) => one.id() === edge?.id());
    const next = edges[at < 0 ? 0 : (at + by + edges.length) % edges.length];
    if (next) this.view.choose(next);
    this.centre = node.id();
  }
}

const ACTS: Record<string, string> = {
  "+": "in",
  "-": "out",
  "0": "fit",
  e: "toggle",
  h: "hide",
  p: "togglePin",
  r: "refer",
  u: "undo",
  Delete: "remove",
  Enter: "panel",
};

export function followKeys(view: GraphView, act: (what: string) => void): void {
  const keys = new Keys(view);
  view.place.addEventListener("keydown", (event) => {
    if (hasModifier(event)) return;
    const what = ACTS[event.key];
    if (what) act(what);
    else if (!keys.press(event)) return;
    event.preventDefault();
    // The page's tables have keys of the same names.
    event.stopPropagation();
  });
}
