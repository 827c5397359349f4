// A graph by keyboard: arrows lead to the nearest node in that direction.
import type { NodeSingular } from "cytoscape";
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

export function followKeys(view: GraphView, act: (what: string) => void): void {
  const acts: Record<string, string> = {
    "+": "in",
    "-": "out",
    "0": "fit",
    e: "toggle",
    p: "togglePin",
    Enter: "panel",
  };
  view.place.addEventListener("keydown", (event) => {
    if (hasModifier(event)) return;
    const direction = DIRECTIONS[event.key];
    const what = acts[event.key];
    if (direction) {
      const chosen = view.chosen();
      const next = chosen
        ? nearest(view, chosen, direction)
        : (view.nodes().not(".gone").first() as NodeSingular);
      if (next?.nonempty()) view.choose(next);
    } else if (what) act(what);
    else return;
    event.preventDefault();
  });
}
