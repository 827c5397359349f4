// The timeline of an event: bars from first to last seen, sightings, and the event's date and versions.
// Drawn as SVG; all texts are set as text. Dragging an end of a bar saves it, for those who may edit.
import { axisTop } from "d3-axis";
import { type ScaleTime, scaleUtc } from "d3-scale";
import { type Selection, select } from "d3-selection";
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from "d3-zoom";
import { dateWords } from "./dates";
import { on } from "./dom";
import type { Drawn, End, Lane, Row } from "./timeline/data";
import { Ends } from "./timeline/dragging";

type Layer = Selection<SVGGElement, unknown, null, undefined>;

const ROW = 36;
/** Of a name above its bar, where there is no room beside it. */
const LABEL = 13;
const BAR = 12;
const HEAD = 46;
const HANDLE = 12;
const MARGIN = 24;
const DAY = 24 * 3600 * 1000;
const NARROW = 640;
const SIGNS = ["●", "✕", "◌"];
const DATE = { day: "numeric", month: "short", year: "numeric" } as const;
const DAY_OF = dateWords(DATE);
const MOMENT = dateWords({ ...DATE, hour: "2-digit", minute: "2-digit" });

class Timeline {
  private readonly svg: Selection<SVGSVGElement, unknown, null, undefined>;
  private readonly zoom: ZoomBehavior<SVGSVGElement, unknown>;
  private whole: ScaleTime<number, number>;
  private scale: ScaleTime<number, number>;
  private width = 0;
  private readonly ends: Ends;

  constructor(
    private readonly frame: HTMLElement,
    private readonly data: Drawn,
  ) {
    this.svg = select(frame.querySelector(".timeline-picture") as SVGSVGElement);
    this.ends = new Ends(frame, {
      scale: () => this.scale,
      draw: () => this.draw(),
      span: (row) => this.span(row),
    });
    this.whole = scaleUtc().domain(this.extent());
    this.scale = this.whole;
    this.zoom = zoom<SVGSVGElement, unknown>()
      .scaleExtent([1, 5000])
      // The wheel scrolls the page, unless Ctrl says that it zooms.
      .filter((event: Event) => !(event instanceof WheelEvent) || event.ctrlKey || event.metaKey)
      .on("zoom", (event: D3ZoomEvent<SVGSVGElement, unknown>) => {
        this.scale = event.transform.rescaleX(this.whole);
        this.draw();
      });
    this.svg.call(this.zoom);
    new ResizeObserver(() => this.measure()).observe(frame);
    on("click", "[data-timeline-act]", (button) => void this.act(button.dataset.timelineAct ?? ""));
    this.measure();
  }

  private get left(): number {
    return this.width < NARROW ? 0 : 220;
  }

  /** The middle of a bar below the top of its row. */
  private get middle(): number {
    return this.left ? ROW / 2 : ROW - BAR / 2 - 4;
  }

  private get height(): number {
    return this.top(this.data.lanes.length + this.data.rows.length) + 8;
  }

  private extent(): [Date, Date] {
    const { rows, lanes, marks } = this.data;
    const times = [
      ...rows.flatMap((row) => [row.first, row.last, ...row.sighted]),
      ...lanes.flatMap((lane) => lane.days.map(([day]) => day)),
      ...marks.map((mark) => mark.at),
    ].filter((time): time is number => time !== null);
    const start = Math.min(...times);
    const end = Math.max(...times);
    const room = Math.max((end - start) * 0.04, DAY);
    return [new Date(start - room), new Date(end + room)];
  }

  private measure(): void {
    const width = this.frame.clientWidth;
    if (!width || width === this.width) return;
    this.width = width;
    this.whole.range([this.left + MARGIN, width - MARGIN]);
    this.svg.attr("width", width).attr("height", this.height).attr("viewBox", `0 0 ${width} ${this.height}`);
    this.svg.call(this.zoom.transform, zoomIdentity);
  }

  private draw(): void {
    this.svg.selectAll("*").remove();
    const ticks = Math.max(2, Math.floor((this.width - this.left) / 130));
    const axis = this.svg
      .append("g")
      .attr("class", "timeline-axis")
      .attr("transform", `translate(0,${HEAD - 4})`);
    axis.call(
      axisTop(this.scale)
        .ticks(ticks)
        .tickFormat(this.words())
        .tickSizeInner(-(this.height - HEAD)),
    );
    this.keepInside(axis.selectAll<SVGTextElement, Date>(".tick text"));
    const bars = this.svg.append("g");
    this.drawMarks(bars);
    for (const [index, lane] of this.data.lanes.entries()) this.drawLane(bars, lane, this.top(index));
    for (const [index, row] of this.data.rows.entries())
      this.drawRow(bars, row, this.top(this.data.lanes.length + index));
    if (this.left) this.drawLabels();
  }

  /** Of the lanes, and of the rows after them. */
  private top(index: number): number {
    return HEAD + index * ROW;
  }

  /** Ticks in the page's language, as fine as what is shown needs. */
  private words(): (time: Date | { valueOf(): number }) => string {
    const [start, end] = this.scale.domain() as [Date, Date];
    const days = (end.getTime() - start.getTime()) / DAY;
    const parts: Intl.DateTimeFormatOptions =
      days < 3
        ? { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }
        : days < 120
          ? { day: "numeric", month: "short", year: "numeric" }
          : { month: "short", year: "numeric" };
    const words = dateWords(parts);
    return (time) => words(time.valueOf());
  }

  /** Words of a tick near an edge stand beside it, which cuts none of them; those that would cover others are left out. */
  private keepInside(texts: Selection<SVGTextElement, Date, SVGGElement, unknown>): void {
    let until = Number.NEGATIVE_INFINITY;
    texts.each((time, index, all) => {
      const text = all[index];
      const length = text?.getComputedTextLength() ?? 0;
      const wanted = this.scale(time) - length / 2;
      const start = Math.max(this.left + 4, Math.min(wanted, this.width - 4 - length));
      text?.setAttribute("dx", String(start - wanted));
      if (start < until) text?.remove();
      else until = start + length + 3;
    });
  }

  private drawMarks(layer: Layer): void {
    let until = Number.NEGATIVE_INFINITY;
    for (const mark of [...this.data.marks].sort((one, other) => one.at - other.at)) {
      const x = this.scale(mark.at);
      if (x < this.left || x > this.width) continue;
      const line = layer
        .append("g")
        .attr("class", mark.kind === "date" ? "timeline-mark timeline-date" : "timeline-mark");
      // Past the times of the axis, not through them.
      line.append("path").attr("d", `M${x} 16v6M${x} ${HEAD - 4}V${this.height}`);
      line.append("title").text(`${mark.label}: ${this.moment(mark.at)}`);
      // A label that would cover the one before it is only in the tooltip and the table.
      if (x < until) continue;
      const label = line
        .append("text")
        .attr("x", x + 4)
        .attr("y", 12)
        .text(mark.label);
      const length = label.node()?.getComputedTextLength() ?? 0;
      if (x + 4 + length > this.width) label.attr("x", x - 4).attr("text-anchor", "end");
      until = x + length + 12;
    }
  }

  private drawLane(layer: Layer, lane: Lane, y: number): void {
    const most = Math.max(...lane.days.map(([, count]) => count));
    const group = layer.append("g").attr("class", "timeline-lane");
    this.drawLabel(group, lane.label, y);
    for (const [day, count] of lane.days) {
      const point = group
        .append("text")
        .attr("x", this.scale(day + DAY / 2))
        .attr("y", y + this.middle + 4)
        .attr("text-anchor", "middle")
        .attr("font-size", 10 + 8 * Math.sqrt(count / most))
        .text(SIGNS[lane.kind] ?? "●");
      point.append("title").text(`${DAY_OF(day)}: ${lane.label} ${count}`);
    }
  }

  private drawLabel(group: Layer, label: string, y: number): void {
    if (this.left) return;
    const line = group
      .append("text")
      .attr("class", "timeline-label")
      .attr("x", 4)
      .attr("y", y + LABEL);
    line.text(short(label, this.width / 8));
  }

  private drawRow(layer: Layer, row: Row, y: number): void {
    const group = layer
      .append("g")
      .attr("class", row.kind === "object" ? "timeline-row timeline-object" : "timeline-row");
    const middle = y + this.middle;
    this.drawLabel(group, row.label, y);
    const [sightedFirst, sightedLast] = row.sighted;
    if (sightedFirst !== undefined && sightedLast !== undefined) {
      const x1 = this.scale(sightedFirst);
      const x2 = Math.max(this.scale(sightedLast), x1 + 2);
      const line = group.append("line").attr("class", "timeline-sighted");
      line
        .attr("x1", x1)
        .attr("x2", x2)
        .attr("y1", middle + BAR / 2 + 3)
        .attr("y2", middle + BAR / 2 + 3);
    }
    const first = row.first ?? row.last ?? 0;
    const last = row.last ?? row.first ?? 0;
    const x = this.scale(first);
    const length = this.scale(last) - x;
    // What has a single time is a point, with a bar as wide as it is high.
    const bar = group.append("rect").attr("class", "timeline-bar");
    bar.attr("x", length < BAR ? x + length / 2 - BAR / 2 : x);
    bar
      .attr("y", middle - BAR / 2)
      .attr("width", Math.max(BAR, length))
      .attr("height", BAR);
    bar.attr("rx", row.kind === "object" ? 0 : BAR / 2);
    bar.append("title").text(`${row.label}: ${this.span(row)}`);
    if (row.mark) for (const end of ["first", "last"] as const) this.drawHandle(group, row, end, middle);
  }

  private drawHandle(group: Layer, row: Row, end: End, middle: number): void {
    const time = row[end] ?? row.first ?? row.last ?? 0;
    const isPoint =
      Math.abs(this.scale(row.last ?? row.first ?? 0) - this.scale(row.first ?? row.last ?? 0)) < BAR;
    const outwards = end === "first" ? -1 : 1;
    const x = this.scale(time) + (isPoint ? (outwards * (BAR + HANDLE)) / 2 : 0);
    const handle = group
      .append("rect")
      .attr("class", "timeline-handle")
      .attr("data-handle", `${row.id} ${end}`);
    handle.attr("x", x - HANDLE / 2).attr("y", middle - BAR / 2 - 4);
    handle.attr("width", HANDLE).attr("height", BAR + 8);
    handle.on("mousedown touchstart", (event: Event) => event.stopPropagation());
    handle.on("pointerdown", (event: PointerEvent) => this.ends.drag(event, row, end));
  }

  /** Over the bars, so that what is left of the frame does not run into the labels. */
  private drawLabels(): void {
    const labels = this.svg.append("g").attr("class", "timeline-labels");
    labels.append("rect").attr("width", this.left).attr("height", this.height);
    const names = [...this.data.lanes, ...this.data.rows].map((each) => each.label);
    for (const [index, label] of names.entries()) {
      const line = labels
        .append("text")
        .attr("x", 4)
        .attr("y", this.top(index) + ROW / 2 + 4);
      line.text(short(label, 30));
      line.append("title").text(label);
    }
  }

  private async act(what: string): Promise<void> {
    if (what === "in") this.svg.call(this.zoom.scaleBy, 1.6);
    else if (what === "out") this.svg.call(this.zoom.scaleBy, 1 / 1.6);
    else if (what === "fit") {
      this.whole.domain(this.extent());
      this.svg.call(this.zoom.transform, zoomIdentity);
    } else if (what === "undo") await this.ends.undo();
  }

  private span(row: Row): string {
    const ends = [row.first, row.last].map((time) => (time === null ? "…" : this.moment(time)));
    return ends[0] === ends[1] ? String(ends[0]) : ends.join(" – ");
  }

  private moment(time: number): string {
    return `${MOMENT(time)} UTC`;
  }
}

function short(label: string, letters: number): string {
  return label.length <= letters ? label : `${label.slice(0, letters - 1)}…`;
}

for (const frame of document.querySelectorAll<HTMLElement>("[data-timeline]")) {
  const source = document.getElementById(frame.dataset.timeline ?? "");
  const data = JSON.parse(source?.textContent ?? "null") as Drawn | null;
  if (data) new Timeline(frame, data);
}
