// Dragging the ends of the bars of a timeline: each is saved when it is let go, and can be taken back.
import type { ScaleTime } from "d3-scale";
import type { End, Row } from "./data";

interface Times {
  first: number | null;
  last: number | null;
}

/** What the drawing does for it; the scale changes when it is zoomed. */
interface View {
  scale(): ScaleTime<number, number>;
  draw(): void;
  span(row: Row): string;
}

export class Ends {
  private readonly undoing: (Times & { row: Row })[] = [];

  constructor(
    private readonly frame: HTMLElement,
    private readonly view: View,
  ) {}

  drag(event: PointerEvent, row: Row, end: End): void {
    event.preventDefault();
    event.stopPropagation();
    const before = { first: row.first, last: row.last };
    const start = event.clientX;
    const from = this.view.scale()(row[end] ?? row.first ?? row.last ?? 0);
    const move = (moved: PointerEvent) => {
      const time =
        Math.round(
          this.view
            .scale()
            .invert(from + moved.clientX - start)
            .getTime() / 1000,
        ) * 1000;
      row[end] = bounded(time, row, end, before);
      this.say(`${row.label}: ${this.view.span(row)}`);
      this.view.draw();
    };
    const stop = (type: string) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", drop);
      window.removeEventListener("pointercancel", cancel);
      if (type === "cancel") Object.assign(row, before);
      this.view.draw();
    };
    const drop = () => {
      stop("drop");
      if (row[end] !== before[end]) void this.save(row, before);
    };
    const cancel = () => stop("cancel");
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", drop);
    window.addEventListener("pointercancel", cancel);
  }

  private async save(row: Row, before: Times): Promise<void> {
    if (await this.send(row, before)) {
      this.undoing.push({ row, ...before });
      this.say(this.text("saved"));
    } else Object.assign(row, before);
    this.afterwards();
  }

  async undo(): Promise<void> {
    const last = this.undoing.pop();
    if (!last) return;
    const now = { first: last.row.first, last: last.row.last };
    Object.assign(last.row, { first: last.first, last: last.last });
    if (await this.send(last.row, now)) this.say(this.text("undone"));
    else Object.assign(last.row, now);
    this.afterwards();
  }

  private afterwards(): void {
    const button = this.frame.querySelector<HTMLElement>("[data-timeline-act=undo]");
    if (button) button.hidden = this.undoing.length === 0;
    this.view.draw();
  }

  /** Sends only the end that changed: the other one is more exact on the server. */
  private async send(row: Row, before: Times): Promise<boolean> {
    const fields = new FormData(this.frame.querySelector("[data-timeline-form]") as HTMLFormElement);
    fields.set("part", row.id);
    fields.set("mark", row.mark);
    if (row.first !== before.first) fields.set("first_seen", String(row.first ?? ""));
    if (row.last !== before.last) fields.set("last_seen", String(row.last ?? ""));
    const answer = await fetch(this.frame.dataset.move ?? "", { method: "POST", body: fields });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    const said = isJson ? ((await answer.json()) as { mark?: string; error?: string }) : {};
    if (said.mark) row.mark = said.mark;
    else this.say(said.error ?? this.text("refused"));
    return Boolean(said.mark);
  }

  private say(text: string): void {
    const news = this.frame.querySelector("[data-timeline-news]");
    if (news) news.textContent = text;
  }

  private text(name: string): string {
    return this.frame.querySelector(`[data-timeline-words=${name}]`)?.textContent ?? "";
  }
}

/** An end stops at the other one. */
function bounded(time: number, row: Row, end: End, before: Times): number {
  const other = end === "first" ? before.last : before.first;
  if (other === null) return time;
  return end === "first" ? Math.min(time, row.last ?? time) : Math.max(time, row.first ?? time);
}
