// What the page of an event's timeline hands over.
export interface Row {
  id: string;
  label: string;
  kind: "object" | "attribute";
  /** Milliseconds since 1970. */
  first: number | null;
  last: number | null;
  sighted: number[];
  mark: string;
}

export interface Lane {
  kind: number;
  label: string;
  days: [number, number][];
}

export interface Mark {
  kind: "date" | "version";
  label: string;
  at: number;
}

export interface Drawn {
  rows: Row[];
  lanes: Lane[];
  marks: Mark[];
}

export type End = "first" | "last";
