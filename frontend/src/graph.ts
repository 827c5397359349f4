// Graphs, loaded only by the pages that have one: <div data-graph="address of the data">. The page says the same in a table.
import cytoscape, { type Core, type ElementDefinition, type NodeSingular } from "cytoscape";
import { on } from "./dom";

interface GraphData {
  nodes: { id: string; label: string; group: string; url: string; data: string; main: boolean }[];
  edges: { source: string; target: string; label: string }[];
}

/** Shapes as well as colours tell the groups apart; those beyond the last share it. */
const SHAPES = ["ellipse", "round-rectangle", "diamond", "hexagon", "triangle", "pentagon", "star"] as const;
const SIGNS = ["●", "■", "◆", "⬢", "▲", "⬟", "★"];
const groups: string[] = [];

function shapeOf(group: string): (typeof SHAPES)[number] {
  if (!groups.includes(group)) groups.push(group);
  return SHAPES[Math.min(groups.indexOf(group), SHAPES.length - 1)] ?? "ellipse";
}

function token(name: string): string {
  // Canvas knows no light-dark(): the browser resolves the token on an element.
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}

function elements(data: GraphData): ElementDefinition[] {
  const nodes = data.nodes.map((node) => ({
    group: "nodes" as const,
    data: { ...node, shape: shapeOf(node.group) },
    classes: node.main ? "main" : "",
  }));
  const edges = data.edges.map((edge) => ({
    group: "edges" as const,
    data: { ...edge, id: `${edge.source} ${edge.label} ${edge.target}` },
  }));
  return [...nodes, ...edges];
}

function add(graph: Core, data: GraphData): void {
  const unknown = elements(data).filter((one) => graph.getElementById(String(one.data.id)).empty());
  graph.add(unknown);
}

/** A graph of two would fill the frame with two letters. */
const LARGEST_FIT = 1.4;

function fit(graph: Core): void {
  graph.fit(undefined, 24);
  if (graph.zoom() > LARGEST_FIT) {
    graph.zoom(LARGEST_FIT);
    graph.center();
  }
}

function showLegend(): void {
  const legend = document.querySelector("#graph-legend");
  const lines = groups.map((group, index) => {
    const line = document.createElement("li");
    line.textContent = `${SIGNS[Math.min(index, SIGNS.length - 1)]} ${group}`;
    return line;
  });
  legend?.replaceChildren(...lines);
}

function arrange(graph: Core): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const layout = graph.layout({
    name: "cose",
    animate: !still,
    animationDuration: 240,
    nodeDimensionsIncludeLabels: true,
    idealEdgeLength: () => 120,
    nodeRepulsion: () => 40_000,
    randomize: false,
    padding: 24,
    fit: false,
  });
  layout.one("layoutstop", () => fit(graph));
  layout.run();
  showLegend();
}

function paint(graph: Core): void {
  const font = getComputedStyle(document.body).fontFamily;
  graph.style([
    {
      selector: "node",
      style: {
        shape: "data(shape)" as "ellipse",
        label: "data(label)",
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
        "text-max-width": "140px",
        "text-background-color": token("--sheet"),
        "text-background-opacity": 0.85,
      },
    },
    {
      selector: "node.main",
      style: {
        width: 34,
        height: 34,
        "background-color": token("--sea"),
        "font-size": 13,
        "font-weight": "bold",
      },
    },
    { selector: "node:selected", style: { "border-color": token("--flare"), "border-width": 4 } },
    {
      selector: "edge",
      style: {
        width: 1.25,
        "line-color": token("--edge"),
        "target-arrow-color": token("--edge"),
        "target-arrow-shape": "triangle",
        "curve-style": "bezier",
        label: "data(label)",
        color: token("--ink-2"),
        "font-family": font,
        "font-size": 10,
        "text-rotation": "autorotate",
        "text-background-color": token("--sheet"),
        "text-background-opacity": 0.85,
      },
    },
  ]);
}

async function read(address: string): Promise<GraphData> {
  // Without asking for JSON, which would make it a request of the API, that wants a key.
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as GraphData;
}

function save(graph: Core, name: string): void {
  const picture = graph.png({
    output: "blob",
    bg: token("--sheet"),
    scale: 2,
    full: true,
  }) as unknown as Blob;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = `${name}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function act(graph: Core, what: string, name: string): void {
  const chosen = graph.$("node:selected").first() as NodeSingular;
  if (what === "in") graph.zoom({ level: graph.zoom() * 1.3, renderedPosition: middle(graph) });
  else if (what === "out") graph.zoom({ level: graph.zoom() / 1.3, renderedPosition: middle(graph) });
  else if (what === "fit") fit(graph);
  else if (what === "arrange") arrange(graph);
  else if (what === "save") save(graph, name);
  else if (what === "open" && chosen.nonempty()) location.assign(String(chosen.data("url")));
}

function middle(graph: Core): { x: number; y: number } {
  return { x: graph.width() / 2, y: graph.height() / 2 };
}

async function start(place: HTMLElement): Promise<void> {
  const data = await read(place.dataset.graph ?? "");
  const graph = cytoscape({ container: place, elements: elements(data), maxZoom: 4 });
  paint(graph);
  arrange(graph);
  const news = document.querySelector("#graph-news");
  graph.on("select", "node", (event) => {
    const node = event.target as NodeSingular;
    if (news) news.textContent = `${node.data("label")} (${node.data("group")})`;
  });
  graph.on("dbltap", "node", async (event) => {
    add(graph, await read(String((event.target as NodeSingular).data("data"))));
    arrange(graph);
  });
  const repaint = () => paint(graph);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
  on("click", "[data-graph-act]", (button) =>
    act(graph, button.dataset.graphAct ?? "", place.dataset.graphName ?? "graph"),
  );
  for (const tool of document.querySelectorAll<HTMLElement>("[data-graph-tools]")) tool.hidden = false;
}

for (const place of document.querySelectorAll<HTMLElement>("[data-graph]")) {
  start(place).catch(() => place.closest<HTMLElement>("[data-graph-frame]")?.setAttribute("hidden", ""));
}
