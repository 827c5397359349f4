// What graph pages receive, as web/intel/event_graphs/presenters.py writes it. All texts are text, never markup.

export interface GraphNode {
  id: string;
  label: string;
  group: string;
  url: string;
  /** Where what belongs to the node is fetched, if it can be expanded. */
  data?: string;
  uuid?: string;
  type?: string;
  detail?: string;
  edit?: string;
  /** The object that an attribute is in. */
  in?: string;
  main?: boolean;
  many?: boolean;
  /** Whether references can go from it. */
  from?: boolean;
}

export type EdgeKind = "reference" | "inside" | "tag" | "correlation" | "extension";

export interface GraphEdge {
  id?: string;
  source: string;
  target: string;
  label: string;
  kind?: EdgeKind;
  number?: number;
  comment?: string;
  /** The object that stands in for an end that is not drawn. */
  sourceIn?: string;
  targetIn?: string;
}

export interface GraphData {
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** Where the next parts begin; empty at the end. */
  after?: string;
  /** How many events were left out. */
  left?: number;
}

export async function read<T = GraphData>(address: string): Promise<T> {
  // Without asking for JSON, which would make it a request of the API, that wants a key.
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
}
