// References drawn, changed and removed in the graph of an event, and taken back.
import cytoscape, { type NodeSingular } from "cytoscape";
import edgehandles, { type EdgeHandlesInstance } from "cytoscape-edgehandles";
import type { GraphEdge } from "./data";
import type { GraphView } from "./view";

cytoscape.use(edgehandles);

interface Answer {
  edge?: GraphEdge;
  errors?: Record<string, string[]>;
}

type Fields = Record<string, string>;

export class ReferenceEditor {
  private readonly handles: EdgeHandlesInstance;
  private readonly dialog: HTMLDialogElement;
  private readonly form: HTMLFormElement;
  private undoing: (() => Promise<boolean>)[] = [];
  private changed: GraphEdge | undefined;
  isDrawing = false;

  constructor(
    private readonly view: GraphView,
    private readonly frame: HTMLElement,
    private readonly say: (text: string) => void,
  ) {
    this.dialog = document.querySelector("#graph-reference") as HTMLDialogElement;
    this.form = this.dialog.querySelector("form") as HTMLFormElement;
    this.handles = view.cy.edgehandles({
      canConnect: (source, target) => Boolean(source.data("from")) && source !== target && isPart(target),
      hoverDelay: 0,
      snap: true,
      snapThreshold: 30,
    });
    view.cy.on("ehcomplete", (_event, source, target, added) => {
      added.remove();
      this.open(source, target);
    });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
  }

  toggleDrawing(button: HTMLElement): void {
    this.isDrawing = !this.isDrawing;
    if (this.isDrawing) this.handles.enableDrawMode();
    else this.handles.disableDrawMode();
    button.setAttribute("aria-pressed", String(this.isDrawing));
    this.say(this.isDrawing ? this.words("drawing") : "");
  }

  /** The dialog for a new reference; the target is chosen in it, if it is not known. */
  open(source: NodeSingular, target?: NodeSingular): void {
    this.changed = undefined;
    this.choices(source, target?.data("uuid"));
    this.fill({ object_uuid: source.data("uuid"), relationship_type: "", comment: "" }, source);
  }

  change(id: string): void {
    const edge = this.view.edge(id);
    const source = edge && this.view.node(edge.source);
    const target = edge && this.view.node(edge.target);
    if (!edge || !source || !target) return;
    this.changed = edge;
    this.choices(source, target.data("uuid"));
    this.fill(fieldsOf(edge, source, target), source);
  }

  private fill(fields: Fields, source: NodeSingular): void {
    for (const [name, value] of Object.entries(fields)) {
      const input = this.form.elements.namedItem(name);
      if (input instanceof HTMLInputElement) input.value = value;
    }
    const from = this.form.querySelector("[data-reference-from]");
    if (from) from.textContent = String(source.data("label")).replace("\n", ": ");
    this.complain({});
    this.dialog.showModal();
    (this.form.elements.namedItem("relationship_type") as HTMLElement).focus();
  }

  private choices(source: NodeSingular, chosen?: string): void {
    const select = this.form.elements.namedItem("referenced_uuid") as HTMLSelectElement;
    const parts = this.view
      .nodes()
      .filter((node) => isPart(node) && node !== source)
      .sort((one, other) => String(one.data("label")).localeCompare(String(other.data("label"))));
    select.replaceChildren(
      ...parts.map((node) => {
        const { label, type, uuid } = node.data();
        const text = `${String(label).replace("\n", ": ")} (${type})`;
        return new Option(text, uuid, false, uuid === chosen);
      }),
    );
  }

  private async send(): Promise<void> {
    const fields = Object.fromEntries(
      [...new FormData(this.form)].map(([name, value]) => [name, String(value)]),
    );
    const old = this.changed;
    const address = this.address(old);
    const answer = await this.post(address, fields);
    if (answer.errors || !answer.edge) {
      this.complain(answer.errors ?? {});
      return;
    }
    const before = old && this.fieldsOf(old);
    if (old?.id) this.view.removeEdge(old.id);
    this.view.add({ nodes: [], edges: [answer.edge] });
    this.dialog.close();
    const made = answer.edge;
    this.remember(old && before ? () => this.replace(made, before) : () => this.erase(made));
    this.say(this.words(old ? "changed" : "added"));
  }

  async remove(id: string): Promise<void> {
    const edge = this.view.edge(id);
    const fields = edge && this.fieldsOf(edge);
    if (!edge || !fields || !(await this.erase(edge))) return;
    const source = this.view.node(edge.source);
    if (source) this.view.choose(source);
    this.remember(() => this.restore(fields));
    this.say(this.words("removed"));
  }

  async undo(): Promise<void> {
    const back = this.undoing.pop();
    if (back && (await back())) this.say(this.words("undone"));
    this.showUndo();
  }

  private async erase(edge: GraphEdge): Promise<boolean> {
    const token = this.fieldsOf(edge)?.csrfmiddlewaretoken ?? "";
    const answer = await this.post(`${this.address(edge)}delete/`, { csrfmiddlewaretoken: token });
    if (answer.errors) this.say(Object.values(answer.errors).flat().join(" "));
    else if (edge.id) this.view.removeEdge(edge.id);
    return !answer.errors;
  }

  private async replace(edge: GraphEdge, fields: Fields): Promise<boolean> {
    return this.keep(await this.post(this.address(edge), fields), edge);
  }

  private async restore(fields: Fields): Promise<boolean> {
    return this.keep(await this.post(this.address(), fields));
  }

  private keep(answer: Answer, old?: GraphEdge): boolean {
    if (!answer.edge) {
      this.say(
        Object.values(answer.errors ?? {})
          .flat()
          .join(" "),
      );
      return false;
    }
    if (old?.id) this.view.removeEdge(old.id);
    this.view.add({ nodes: [], edges: [answer.edge] });
    return true;
  }

  private fieldsOf(edge: GraphEdge): Fields | undefined {
    const source = this.view.node(edge.source);
    const target = this.view.node(edge.target);
    const token = this.form.elements.namedItem("csrfmiddlewaretoken") as HTMLInputElement;
    return source && target
      ? { ...fieldsOf(edge, source, target), csrfmiddlewaretoken: token.value }
      : undefined;
  }

  private address(edge?: GraphEdge): string {
    const base = this.frame.dataset.references ?? "";
    return edge ? `${base}${edge.number}/` : base;
  }

  private async post(address: string, fields: Fields): Promise<Answer> {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (isJson) return (await answer.json()) as Answer;
    return { errors: { "": [this.words("refused")] } };
  }

  private complain(errors: Record<string, string[]>): void {
    for (const slot of this.form.querySelectorAll<HTMLElement>("[data-errors]")) {
      const name = slot.dataset.errors ?? "";
      // What belongs to no field of the dialog is said below all of them.
      const others = Object.entries(errors).filter(([key]) => !this.form.elements.namedItem(key));
      const texts = name ? (errors[name] ?? []) : others.flatMap(([, each]) => each);
      slot.textContent = texts.join(" ");
      slot.hidden = texts.length === 0;
      const input = name ? this.form.elements.namedItem(name) : null;
      if (input instanceof HTMLElement) input.toggleAttribute("aria-invalid", texts.length > 0);
    }
  }

  private remember(back: () => Promise<boolean>): void {
    this.undoing.push(back);
    this.showUndo();
  }

  private showUndo(): void {
    const button = this.frame.querySelector<HTMLElement>("[data-graph-act=undo]");
    if (button) button.hidden = this.undoing.length === 0;
  }

  private words(name: string): string {
    return this.frame.querySelector(`[data-graph-words=${name}]`)?.textContent?.trim() ?? "";
  }
}

function isPart(node: NodeSingular): boolean {
  return Boolean(node.data("uuid"));
}

function fieldsOf(edge: GraphEdge, source: NodeSingular, target: NodeSingular): Fields {
  return {
    object_uuid: source.data("uuid"),
    referenced_uuid: target.data("uuid"),
    relationship_type: edge.label,
    comment: edge.comment ?? "",
  };
}
