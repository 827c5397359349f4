// The API client: puts a request together, sends it with the key that was pasted, and writes it as code.
// The key is in its input alone: it is never stored, never in an address, and goes to this hub only.

interface Saved {
  method: string;
  path: string;
  body: string;
}

const MOST_BYTES = 1_000_000;
const MOST_SAVED = 50;
const KEY = "YOUR_KEY";

function part<E extends Element = HTMLElement>(selector: string): E {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

function stored(store: Storage, name: string): Saved[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(name) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.filter((one) => typeof one?.path === "string" && typeof one?.method === "string");
  } catch {
    return []; // Written by something else, or the browser keeps nothing.
  }
}

function keep(store: Storage, name: string, entries: Saved[]): void {
  try {
    store.setItem(name, JSON.stringify(entries.slice(0, MOST_SAVED)));
  } catch {
    // The browser keeps nothing, or has no room: the request can still be sent.
  }
}

/** Quotes a text for a POSIX shell. */
function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON as a Python literal. */
function python(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${python(one)}`);
    return `{${members.join(", ")}}`;
  }
  return JSON.stringify(value);
}

async function readBounded(answer: Response): Promise<{ text: string; isCut: boolean }> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    text += decoder.decode(value, { stream: true });
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      return { text, isCut: true };
    }
  }
  return { text: text + decoder.decode(), isCut: false };
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function client(form: HTMLFormElement): void {
  const words = form.dataset;
  const server = words.server ?? location.origin;
  const key = part<HTMLInputElement>("#api-key");
  const method = part<HTMLSelectElement>("#api-method");
  const path = part<HTMLInputElement>("#api-path");
  const body = part<HTMLTextAreaElement>("#api-body");
  const error = part("[data-api-error]");
  const stop = part<HTMLButtonElement>("[data-api-stop]");
  const names = { marks: `api-client-${words.apiClient}`, sent: `api-client-sent-${words.apiClient}` };
  let running: AbortController | undefined;

  const takesBody = (): boolean => method.value !== "GET";

  function wrong(text: string): void {
    error.textContent = text;
    error.hidden = text === "";
  }

  /** The address on this hub, or undefined: the key must not be sent elsewhere. */
  function address(): URL | undefined {
    if (!path.value.startsWith("/") || path.value.startsWith("//")) return undefined;
    const url = new URL(path.value, location.origin);
    return url.origin === location.origin ? url : undefined;
  }

  function fillPath(): void {
    const pattern = path.dataset.path;
    if (!pattern) return;
    const query = new URLSearchParams();
    let filled = pattern;
    for (const input of form.querySelectorAll<HTMLInputElement>("[data-place]")) {
      const name = input.dataset.name ?? "";
      if (input.dataset.place === "query") {
        if (input.value) query.set(name, input.value);
      } else if (input.value) {
        filled = filled.replace(`{${name}}`, encodeURIComponent(input.value));
      }
    }
    path.value = query.size ? `${filled}?${query}` : filled;
  }

  function writeCode(): void {
    const sent = takesBody() && body.value.trim() ? body.value.trim() : "";
    const target = `${server}${path.value}`;
    let data: unknown = {};
    try {
      data = sent ? JSON.parse(sent) : {};
    } catch {
      // What is not JSON yet is shown as it is, in the curl line.
    }
    const curl = [`curl -X ${method.value}`, `-H 'Authorization: ${KEY}'`, "-H 'Accept: application/json'"];
    if (sent) curl.push("-H 'Content-Type: application/json'", `-d ${shell(sent)}`);
    const call = takesBody() ? `, ${python(data)}` : "";
    const given = `headers={"Authorization": "${KEY}", "Accept": "application/json"}`;
    const payload = sent ? `, json=${python(data)}` : "";
    const code: Record<string, string> = {
      curl: [...curl, shell(target)].join(" \\\n  "),
      PyMISP: `from pymisp import PyMISP\n\nmisp = PyMISP(${JSON.stringify(server)}, "${KEY}")\nanswer = misp.direct_call(${JSON.stringify(path.value.slice(1))}${call})`,
      Python: `import requests\n\nanswer = requests.request("${method.value}", ${JSON.stringify(target)}, ${given}${payload}, timeout=60)\nprint(answer.status_code, answer.text)`,
    };
    for (const shown of document.querySelectorAll<HTMLElement>("[data-api-code]")) {
      const text = code[shown.dataset.apiCode ?? ""] ?? "";
      shown.textContent = text;
      const button = shown.parentElement?.querySelector<HTMLElement>("[data-copy]");
      if (button) button.dataset.copy = text;
    }
    part("[data-api-body]").hidden = !takesBody();
  }

  function open(entry: Saved): void {
    if (![...method.options].some((option) => option.value === entry.method)) {
      method.add(new Option(entry.method));
    }
    method.value = entry.method;
    path.value = entry.path;
    delete path.dataset.path; // The parameters on the page belong to another endpoint.
    if (entry.body) body.value = entry.body;
    writeCode();
    path.focus();
  }

  function list(selector: string, store: Storage, name: string): void {
    const entries = stored(store, name);
    const template = part<HTMLTemplateElement>("[data-api-entry]");
    part(selector).replaceChildren(
      ...entries.map((entry, place) => {
        const item = template.content.firstElementChild?.cloneNode(true) as HTMLElement;
        const button = item.querySelector<HTMLElement>("[data-open]");
        if (button) {
          button.textContent = `${entry.method} ${entry.path}`;
          button.addEventListener("click", () => open(entry));
        }
        item.querySelector("[data-remove]")?.addEventListener("click", () => {
          keep(store, name, entries.toSpliced(place, 1));
          listSaved();
        });
        return item;
      }),
    );
  }

  function listSaved(): void {
    list("[data-api-bookmarks]", localStorage, names.marks);
    list("[data-api-history]", sessionStorage, names.sent);
    part("[data-api-saved]").hidden =
      stored(localStorage, names.marks).length + stored(sessionStorage, names.sent).length === 0;
  }

  function remember(store: Storage, name: string, entry: Saved): void {
    const others = stored(store, name).filter(
      (one) => one.method !== entry.method || one.path !== entry.path,
    );
    keep(store, name, [entry, ...others]);
    listSaved();
  }

  async function show(answer: Response, started: number): Promise<void> {
    const { text, isCut } = await readBounded(answer);
    const took = Math.round(performance.now() - started);
    part("[data-api-status]").textContent = `${answer.status} ${answer.statusText} · ${took} ms`;
    part("[data-api-headers]").textContent = [...answer.headers].map((pair) => pair.join(": ")).join("\n");
    part("[data-api-text]").textContent = text ? pretty(text) : (words.empty ?? "");
    part("[data-api-response]").hidden = false;
    if (isCut) wrong(words.cut ?? "");
  }

  async function send(): Promise<void> {
    const url = address();
    const sent = takesBody() ? body.value.trim() : "";
    wrong("");
    if (!url) return wrong(words.wrong ?? "");
    if (!key.value.trim()) return wrong(words.noKey ?? "");
    try {
      if (sent) JSON.parse(sent);
    } catch {
      return wrong(words.badJson ?? "");
    }
    running?.abort();
    running = new AbortController();
    stop.hidden = false;
    part("[data-api-status]").textContent = words.sending ?? "";
    remember(sessionStorage, names.sent, { method: method.value, path: path.value, body: "" });
    const started = performance.now();
    try {
      const answer = await fetch(url, {
        method: method.value,
        headers: {
          Authorization: key.value.trim(),
          Accept: "application/json",
          ...(sent ? { "Content-Type": "application/json" } : {}),
        },
        ...(sent ? { body: sent } : {}),
        credentials: "omit", // The session must not speak for the key.
        redirect: "error",
        cache: "no-store",
        referrerPolicy: "no-referrer",
        signal: running.signal,
      });
      await show(answer, started);
    } catch {
      wrong(words.failed ?? "");
    } finally {
      stop.hidden = true;
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send();
  });
  form.addEventListener("input", (event) => {
    if ((event.target as Element).matches("[data-place]")) fillPath();
    writeCode();
  });
  stop.addEventListener("click", () => running?.abort());
  part("[data-api-save]").addEventListener("click", () => {
    remember(localStorage, names.marks, { method: method.value, path: path.value, body: body.value });
  });
  part("[data-api-forget]").addEventListener("click", () => {
    keep(localStorage, names.marks, []);
    keep(sessionStorage, names.sent, []);
    listSaved();
  });
  listSaved();
  writeCode();
}

const form = document.querySelector<HTMLFormElement>("[data-api-client]");
if (form) client(form);
