// How graphs look: the design's colours, and shapes as well as colours to tell groups apart.
import type { Core, StylesheetJson } from "cytoscape";

const SHAPES = ["ellipse", "round-rectangle", "diamond", "hexagon", "triangle", "pentagon", "star"] as const;
const SIGNS = ["●", "■", "◆", "⬢", "▲", "⬟", "★"];

export type Shape = (typeof SHAPES)[number];

/** Groups in the order in which they came; those beyond the last shape share it. */
export class Groups {
  readonly names: string[] = [];

  shapeOf(group: string): Shape {
    if (!this.names.includes(group)) this.names.push(group);
    return SHAPES[Math.min(this.names.indexOf(group), SHAPES.length - 1)] ?? "ellipse";
  }

  signOf(group: string): string {
    return SIGNS[Math.min(this.names.indexOf(group), SIGNS.length - 1)] ?? "●";
  }
}

/** A canvas knows no light-dark(): the browser resolves the token on an element. */
export function token(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function nodeStyles(font: string): StylesheetJson {
  return [
    {
      selector: "node",
      style: {
        shape: "data(shape)" as "ellipse",
        label: "data(text)",
        width: 22,
        height: 22,
        "background-color": token("--heat-2"),
        "border-color": token("--sea"),
        "border-width": 1.5,
        color: token("--ink"),
        "font-family": font,
        "font-size": 13,
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-wrap": "wrap",
        "text-max-width": "400px",
        "text-background-color": token("--sheet"),
        "text-background-opacity": 0.85,
      },
    },
    {
      selector: "node.main",
      style: { width: 34, height: 34, "background-color": token("--sea"), "font-weight": "bold" },
    },
    { selector: "node[?data]", style: { width: 28, height: 28 } },
    { selector: "node[?many]", style: { "border-style": "dashed", "font-style": "italic" } },
    { selector: "node.pinned", style: { "border-style": "double", "border-width": 6 } },
    { selector: "node.found", style: { "border-color": token("--flare"), "border-width": 3 } },
    { selector: ".faint", style: { opacity: 0.25 } },
    { selector: ".gone", style: { display: "none" } },
    { selector: "node:selected", style: { "border-color": token("--flare"), "border-width": 4 } },
  ];
}

function edgeStyles(font: string): StylesheetJson {
  return [
    {
      selector: "edge",
      style: {
        width: 1.25,
        "line-color": token("--edge"),
        "target-arrow-color": token("--edge"),
        "target-arrow-shape": "triangle",
        "curve-style": "bezier",
        // Arrow heads stay clear of the labels of nodes.
        "target-endpoint": "outside-to-node-or-label",
        label: "data(label)",
        color: token("--ink-2"),
        "font-family": font,
        "font-size": 11,
        "text-rotation": "autorotate",
        "text-background-color": token("--sheet"),
        "text-background-opacity": 0.85,
      },
    },
    {
      selector: "edge[kind = 'inside']",
      style: { "line-style": "dotted", "target-arrow-shape": "none" },
    },
    {
      selector: "edge[kind = 'tag'], edge[kind = 'correlation']",
      style: { "line-style": "dashed", "target-arrow-shape": "none" },
    },
    { selector: "edge[kind = 'extension'][!label]", style: { "target-arrow-shape": "none" } },
    {
      selector: "edge:selected, edge.eh-preview, edge.eh-ghost-edge",
      style: {
        width: 3,
        label: "",
        "line-color": token("--flare"),
        "target-arrow-color": token("--flare"),
      },
    },
    { selector: "edge:selected", style: { label: "data(label)" } },
    { selector: ".eh-target", style: { "border-color": token("--flare"), "border-width": 4 } },
    { selector: ".eh-handle, .eh-ghost-node", style: { opacity: 0, label: "", width: 4, height: 4 } },
  ];
}

function font(): string {
  return getComputedStyle(document.body).fontFamily;
}

/** A canvas draws, and measures, with another font until the page's own is there. */
export async function fontLoaded(): Promise<void> {
  await document.fonts.load(`13px ${font()}`);
}

export function paint(graph: Core): void {
  graph.style([...nodeStyles(font()), ...edgeStyles(font())]);
}
