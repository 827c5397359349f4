// Graphs as pictures: PNG from the canvas, and SVG built element by element, so that labels stay text.
import type { Core, EdgeSingular, NodeSingular } from "cytoscape";
import { token } from "./paint";

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 30;
const LINE = 15;
const ARROW = 7;

type Point = { x: number; y: number };

const CORNERS: Record<string, Point[]> = {
  diamond: polygon(4),
  hexagon: polygon(6),
  triangle: polygon(3),
  pentagon: polygon(5),
  star: Array.from({ length: 10 }, (_, index) => corner(index, 10, index % 2 ? 0.45 : 1)),
};

function corner(index: number, all: number, radius = 1): Point {
  const angle = (2 * Math.PI * index) / all - Math.PI / 2;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
}

function polygon(corners: number): Point[] {
  return Array.from({ length: corners }, (_, index) => corner(index, corners));
}

function make(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function list(points: Point[]): string {
  return points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
}

function words(label: string, at: Point, size: number, colour: string): SVGElement {
  const text = make("text", { x: at.x, y: at.y, "font-size": size, fill: colour, "text-anchor": "middle" });
  label.split("\n").forEach((line, index) => {
    const row = make("tspan", { x: at.x, dy: index ? LINE : 0 });
    row.textContent = line;
    text.append(row);
  });
  return text;
}

function nodePicture(node: NodeSingular): SVGElement {
  const { x, y } = node.position();
  const radius = node.width() / 2;
  const look = {
    fill: node.style("background-color"),
    stroke: node.style("border-color"),
    "stroke-width": 1.5,
    ...(node.data("many") ? { "stroke-dasharray": "3 3" } : {}),
  };
  const corners = CORNERS[String(node.data("shape"))];
  const shape = corners
    ? make("polygon", {
        points: list(corners.map((one) => ({ x: x + one.x * radius, y: y + one.y * radius }))),
        ...look,
      })
    : make("rect", {
        x: x - radius,
        y: y - radius,
        width: 2 * radius,
        height: 2 * radius,
        rx: node.data("shape") === "ellipse" ? radius : 4,
        ...look,
      });
  const picture = make("g", {});
  const below = { x, y: y + radius + LINE };
  picture.append(shape, words(String(node.data("text")), below, 13, token("--ink")));
  return picture;
}

function edgePicture(edge: EdgeSingular): SVGElement {
  const colour = edge.style("line-color");
  const start = edge.sourceEndpoint();
  const end = edge.targetEndpoint();
  const bends = edge.controlPoints() ?? [];
  const before = bends.at(-1) ?? start;
  const way = bends.length === 1 ? `Q${list(bends)} ${list([end])}` : `L${list([...bends, end])}`;
  const dashes = { dotted: "1 4", dashed: "6 4" }[String(edge.style("line-style"))];
  const path = make("path", {
    d: `M${list([start])} ${way}`,
    fill: "none",
    stroke: colour,
    "stroke-width": 1.25,
    ...(dashes ? { "stroke-dasharray": dashes } : {}),
  });
  const picture = make("g", {});
  picture.append(path);
  if (edge.style("target-arrow-shape") !== "none") {
    const angle = Math.atan2(end.y - before.y, end.x - before.x);
    const wing = (turn: number) => ({
      x: end.x - ARROW * Math.cos(angle + turn),
      y: end.y - ARROW * Math.sin(angle + turn),
    });
    picture.append(make("polygon", { points: list([end, wing(0.45), wing(-0.45)]), fill: colour }));
  }
  const middle = edge.midpoint();
  if (edge.data("label"))
    picture.append(words(String(edge.data("label")), { x: middle.x, y: middle.y - 3 }, 10, token("--ink-2")));
  return picture;
}

export function svgOf(graph: Core): string {
  const shown = graph.elements(":visible");
  const { x1, y1, w, h } = shown.boundingBox();
  const box = { x: x1 - MARGIN, y: y1 - MARGIN, width: w + 2 * MARGIN, height: h + 2 * MARGIN };
  const picture = make("svg", {
    width: Math.round(box.width),
    height: Math.round(box.height),
    viewBox: `${box.x} ${box.y} ${box.width} ${box.height}`,
    "font-family": getComputedStyle(document.body).fontFamily,
  });
  picture.append(make("rect", { ...box, fill: token("--sheet") }));
  picture.append(...shown.edges().map((edge) => edgePicture(edge)));
  picture.append(...shown.nodes("[group]").map((node) => nodePicture(node)));
  return new XMLSerializer().serializeToString(picture);
}

export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

export function savePng(graph: Core, name: string): void {
  const options = {
    output: "blob",
    bg: token("--sheet"),
    scale: 2,
    maxWidth: 8000,
    maxHeight: 8000,
  } as const;
  save(graph.png({ ...options, full: true }) as unknown as Blob, `${name}.png`);
}

export function saveSvg(graph: Core, name: string): void {
  save(new Blob([svgOf(graph)], { type: "image/svg+xml" }), `${name}.svg`);
}

/** A small PNG as base64, for the list of saved graphs. */
export function preview(graph: Core): string {
  return graph.png({ output: "base64", bg: token("--sheet"), full: true, maxWidth: 480, maxHeight: 320 });
}
