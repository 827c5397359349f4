// Moves nodes apart whose labels cover each other.
import type { NodeCollection, NodeSingular } from "cytoscape";

/** Pixels between two labels. */
const GAP = 8;
const MOST_ROUNDS = 80;
/** Comparisons of two nodes, which bound the time that a large graph takes. */
const MOST_COMPARED = 20_000_000;

interface Box {
  node: NodeSingular;
  x: number;
  y: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export function spread(nodes: NodeCollection): void {
  const boxes = (nodes.toArray() as NodeSingular[]).map(boxOf);
  const rounds = Math.min(MOST_ROUNDS, MOST_COMPARED / Math.max(1, boxes.length ** 2));
  for (let round = 0; round < rounds && pushApart(boxes); round++);
  for (const { node, x, y } of boxes) node.position({ x, y });
}

function boxOf(node: NodeSingular): Box {
  const { x, y } = node.position();
  const { x1, x2, y1, y2 } = node.boundingBox({ includeOverlays: false });
  return { node, x, y, left: x - x1, right: x2 - x, top: y - y1, bottom: y2 - y };
}

/** Whether any two had to be moved. */
function pushApart(boxes: Box[]): boolean {
  let isMoved = false;
  for (const [index, one] of boxes.entries())
    for (const other of boxes.slice(index + 1)) {
      const right = one.x < other.x ? one.right + other.left : one.left + other.right;
      const down = one.y < other.y ? one.bottom + other.top : one.top + other.bottom;
      const across = right + GAP - Math.abs(one.x - other.x);
      const along = down + GAP - Math.abs(one.y - other.y);
      if (across <= 0 || along <= 0) continue;
      isMoved = true;
      if (across < along) move(one, other, "x", one.x < other.x ? across : -across);
      else move(one, other, "y", one.y < other.y ? along : -along);
    }
  return isMoved;
}

/** Half the way each; a pinned node stays. */
function move(one: Box, other: Box, axis: "x" | "y", distance: number): void {
  const isPinned = [one.node.locked(), other.node.locked()];
  if (!isPinned[0]) one[axis] -= isPinned[1] ? distance : distance / 2;
  if (!isPinned[1]) other[axis] += isPinned[0] ? distance : distance / 2;
}
