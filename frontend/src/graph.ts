// Graphs, loaded only by the pages that have one: <div data-graph="address of the data">. The page says the same in a table.
import type { EdgeSingular, NodeCollection, NodeSingular } from "cytoscape";
import { on } from "./dom";
import { type EdgeKind, type GraphData, read } from "./graph/data";
import { ReferenceEditor } from "./graph/editing";
import { followKeys } from "./graph/keys";
import { fontLoaded } from "./graph/paint";
import { followChoice } from "./graph/panel";
import { preview, savePng, saveSvg } from "./graph/picture";
import { GraphView } from "./graph/view";

interface Saved {
  nodes?: { id: string; x: number; y: number; pinned: boolean; open: boolean }[];
  shown?: string[];
}

/** Parts of which one request asks for tags or correlations. */
const ASKED = 300;
/** Requests for more parts that restoring a saved graph makes. */
const MOST_ROUNDS = 20;
const KINDS: Record<string, EdgeKind> = {
  tags: "tag",
  correlations: "correlation",
  extensions: "extension",
};

class GraphPage {
  private readonly view: GraphView;
  private readonly editor: ReferenceEditor | undefined;
  private readonly showChoice: () => void;
  private readonly hidden = new Set<string>();
  private readonly contexts = new Set<string>();
  private after = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly frame: HTMLElement,
  ) {
    this.view = new GraphView(place);
    this.showChoice = followChoice(this.view, frame);
    followKeys(this.view, (what) => void this.act(what));
    if (frame.dataset.references)
      this.editor = new ReferenceEditor(this.view, frame, (text) => this.say(text));
    this.view.cy.on("dbltap", "node[?data]", (event) => void this.toggle(event.target as NodeSingular));
    this.listen();
  }

  async start(): Promise<void> {
    await fontLoaded();
    await this.more(this.place.dataset.graph ?? "");
    const saved = this.place.dataset.saved;
    if (saved) await this.restore(await read<Saved>(saved));
    else await this.view.arrange();
  }

  private listen(): void {
    on("click", "[data-graph-act]", (button) => void this.act(button.dataset.graphAct ?? "", button));
    on(
      "change",
      "[data-graph-layout]",
      (select) => void this.view.arrange((select as HTMLSelectElement).value),
    );
    on("change", "[data-graph-context]", (box) => void this.setContext(box as HTMLInputElement));
    on("change", "[data-graph-group]", (box) => this.filter(box as HTMLInputElement));
    on("input", "[data-graph-search]", (box) => this.search((box as HTMLInputElement).value));
    on("keydown", "[data-graph-search]", (box, event) => {
      if (event.key === "Enter") this.nextFound((box as HTMLInputElement).value);
    });
    document.querySelector("[data-graph-save]")?.addEventListener("submit", (event) => this.keep(event));
  }

  private async more(address: string): Promise<void> {
    const data = await read(address);
    this.added(data);
    this.after = data.after ?? "";
    const button = this.frame.querySelector<HTMLElement>("[data-graph-act=more]");
    if (button) button.hidden = !this.after;
  }

  private added(data: GraphData): NodeCollection {
    const fresh = this.view.add(data);
    for (const group of this.hidden) this.view.show(group, false);
    this.showLegend();
    this.showChoice();
    return fresh;
  }

  private async act(what: string, button?: HTMLElement): Promise<void> {
    const { view, place } = this;
    const name = place.dataset.graphName ?? "graph";
    const node = view.chosen();
    const edge = view.chosenEdge();
    button?.closest("details")?.removeAttribute("open");
    if (what === "in") view.zoom(1.3);
    else if (what === "out") view.zoom(1 / 1.3);
    else if (what === "fit") view.fit();
    else if (what === "arrange") await view.arrange();
    else if (what === "png") savePng(view.cy, name);
    else if (what === "svg") saveSvg(view.cy, name);
    else if (what === "screen") await this.fullScreen();
    else if (what === "more") await this.loadMore();
    else if (what === "all") this.showAll();
    else if (what === "draw" && button) this.editor?.toggleDrawing(button);
    else if (what === "undo") await this.editor?.undo();
    else if (what === "panel")
      this.frame.querySelector<HTMLElement>("[data-graph-panel] :is(a, button):not([hidden])")?.focus();
    else if (edge) await this.actOnEdge(edge, what);
    else if (node) await this.actOn(node, what);
    // A button that is gone or no longer offered would leave the keyboard nowhere.
    setTimeout(() => {
      if (button?.offsetParent === null && !document.querySelector("dialog[open]")) place.focus();
    });
  }

  private async actOnEdge(edge: EdgeSingular, what: string): Promise<void> {
    if (edge.data("kind") !== "reference") return;
    if (what === "change" || what === "refer") this.editor?.change(edge.id());
    else if (what === "remove") await this.editor?.remove(edge.id());
  }

  private async actOn(node: NodeSingular, what: string): Promise<void> {
    if (what === "open" && node.data("url")) location.assign(String(node.data("url")));
    else if (["expand", "collapse", "toggle"].includes(what)) await this.toggle(node);
    else if (["pin", "unpin", "togglePin"].includes(what)) this.pin(node, !node.locked());
    else if (what === "hide") this.hide(node);
    else if (["reference", "refer"].includes(what) && node.data("from")) this.editor?.open(node);
  }

  private async toggle(node: NodeSingular): Promise<void> {
    if (!node.data("data")) return;
    if (node.data("isOpen")) this.view.remove(this.broughtBy(node));
    else await this.expand(node);
    node.data("isOpen", !node.data("isOpen"));
    await this.readContexts();
    this.showLegend();
    this.showChoice();
  }

  private async expand(node: NodeSingular): Promise<void> {
    const fresh = this.added(await read(String(node.data("data"))));
    fresh.data("by", node.id());
    if (fresh.nonempty()) this.view.surround(node, fresh);
  }

  /** What closes with a node: the attributes in an object, and what came with it and is not expanded itself. */
  private broughtBy(node: NodeSingular): string[] {
    const gone = this.view
      .nodes()
      .filter(
        (other) =>
          other.data("in") === node.id() || (other.data("by") === node.id() && !other.data("isOpen")),
      );
    return gone.map((other) => other.id());
  }

  private pin(node: NodeSingular, isPinned: boolean): void {
    if (isPinned) node.lock();
    else node.unlock();
    node.toggleClass("pinned", isPinned);
  }

  private hide(node: NodeSingular): void {
    node.unselect();
    node.addClass("gone");
    const all = this.frame.querySelector<HTMLElement>("[data-graph-act=all]");
    if (all) all.hidden = false;
  }

  private showAll(): void {
    this.view.nodes().removeClass("gone");
    for (const group of this.hidden) this.view.show(group, false);
    const all = this.frame.querySelector<HTMLElement>("[data-graph-act=all]");
    if (all) all.hidden = true;
  }

  private async loadMore(): Promise<void> {
    await this.next();
    await this.readContexts();
    await this.view.arrange();
  }

  private async next(): Promise<void> {
    const address = new URL(this.place.dataset.graph ?? "", location.href);
    address.searchParams.set("after", this.after);
    await this.more(address.href);
  }

  private async setContext(box: HTMLInputElement): Promise<void> {
    const name = box.dataset.graphContext ?? "";
    if (box.checked) this.contexts.add(name);
    else this.contexts.delete(name);
    if (box.checked) await this.readContext(name);
    else this.removeContext(name);
    this.showLegend();
    await this.view.arrange();
  }

  private removeContext(name: string): void {
    // The parts of another event that were drawn go with it.
    for (const node of this.view.nodes().filter("[?isOpen][!uuid]").toArray() as NodeSingular[]) {
      this.view.remove(this.broughtBy(node));
      node.data("isOpen", false);
    }
    if (KINDS[name]) this.view.removeContext(KINDS[name]);
  }

  private async readContexts(): Promise<void> {
    for (const name of this.contexts) await this.readContext(name);
  }

  private async readContext(name: string): Promise<void> {
    const parts = this.view
      .nodes()
      .filter("[uuid]")
      .map((node) => node.id());
    // Also of an event without parts: its own tags, and its neighbours.
    for (let at = 0; at === 0 || at < parts.length; at += ASKED) {
      const asked = parts.slice(at, at + ASKED).join(",");
      const data = await read(`${this.frame.dataset.contexts}${name}/?parts=${asked}`);
      this.added(data);
    }
  }

  private filter(box: HTMLInputElement): void {
    const group = box.dataset.graphGroup ?? "";
    if (box.checked) this.hidden.delete(group);
    else this.hidden.add(group);
    this.view.show(group, box.checked);
  }

  private search(text: string): void {
    const found = this.view.search(text);
    const template = this.frame.querySelector("[data-graph-words=found]")?.textContent?.trim() ?? "";
    this.say(text.trim() ? `${template} ${found.length}` : "");
  }

  private nextFound(text: string): void {
    const found = this.view.search(text).not(".gone");
    const ids = found.map((node) => node.id());
    const next = ids[(ids.indexOf(this.view.chosen()?.id() ?? "") + 1) % ids.length];
    const node = next ? this.view.node(next) : undefined;
    if (node) this.view.choose(node);
  }

  private async fullScreen(): Promise<void> {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await this.frame.requestFullscreen();
  }

  private showLegend(): void {
    const legend = this.frame.querySelector("#graph-legend");
    const known = new Set(this.view.nodes().map((node) => String(node.data("group"))));
    const lines = this.view.groups.names
      .filter((group) => known.has(group))
      .map((group) => {
        const line = document.createElement("li");
        const label = document.createElement("label");
        const box = document.createElement("input");
        box.type = "checkbox";
        box.className = "checkbox";
        box.checked = !this.hidden.has(group);
        box.dataset.graphGroup = group;
        label.className = "option";
        const words = document.createElement("span");
        words.textContent = `${this.view.groups.signOf(group)} ${group}`;
        label.append(box, words);
        line.append(label);
        return line;
      });
    legend?.replaceChildren(...lines);
  }

  /** Fills the form that saves the graph: where everything is, and a small picture. */
  private keep(event: Event): void {
    const form = event.target as HTMLFormElement;
    const nodes = this.view.nodes().map((node) => ({
      id: node.id(),
      x: Math.round(node.position("x")),
      y: Math.round(node.position("y")),
      pinned: node.locked(),
      open: Boolean(node.data("isOpen")),
    }));
    const drawing = { nodes, shown: [...this.contexts] };
    (form.elements.namedItem("network_json") as HTMLInputElement).value = JSON.stringify(drawing);
    (form.elements.namedItem("preview_img") as HTMLInputElement).value = preview(this.view.cy);
  }

  private async restore(saved: Saved): Promise<void> {
    const placed = new Map((saved.nodes ?? []).map((node) => [node.id, node]));
    const isMissing = () => [...placed.keys()].some((id) => id.startsWith("o") && !this.view.node(id));
    // What was loaded and expanded then is so again, as far as it is still there.
    for (let round = 0; this.after && round < MOST_ROUNDS && isMissing(); round++) await this.next();
    for (const node of this.view.nodes().toArray() as NodeSingular[])
      if (placed.get(node.id())?.open) await this.toggle(node);
    for (const name of saved.shown ?? []) {
      this.contexts.add(name);
      const box = this.frame.querySelector<HTMLInputElement>(`[data-graph-context=${name}]`);
      if (box) box.checked = true;
      await this.readContext(name);
    }
    await this.view.arrange();
    for (const node of this.view.nodes().toArray() as NodeSingular[]) {
      const at = placed.get(node.id());
      if (!at) continue;
      node.position({ x: at.x, y: at.y });
      this.pin(node, at.pinned);
    }
    this.view.fit();
  }

  private say(text: string): void {
    const news = this.frame.querySelector("[data-graph-news]");
    if (news) news.textContent = text;
  }
}

for (const place of document.querySelectorAll<HTMLElement>("[data-graph]")) {
  const frame = place.closest<HTMLElement>("[data-graph-frame]");
  if (frame)
    new GraphPage(place, frame).start().catch((error: unknown) => {
      console.error(error);
      frame.hidden = true;
    });
}
