// The report editor: formatting, references from the keyboard, and a draft that is kept on the server while one
// writes. Everything else on its page works without it.

const KEEP_AFTER = 700; // Milliseconds without a key, before the draft is sent and the preview drawn.
const RETRY_AFTER = 5000;

function print(): void {
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-print]")) window.print();
  });
}

/** Replaces the selection (or what stands between start and end), so that the browser's undo knows of it. */
function write(text: HTMLTextAreaElement, words: string, start?: number, end?: number): void {
  text.focus();
  if (start !== undefined) text.setSelectionRange(start, end ?? start);
  // The only way that keeps the undo history; setRangeText is for browsers that have given it up.
  if (!document.execCommand("insertText", false, words)) {
    text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function formatting(form: HTMLFormElement, text: HTMLTextAreaElement): void {
  form.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-around], [data-line]");
    if (!button) return;
    const { selectionStart: start, selectionEnd: end, value } = text;
    const around = button.dataset.around;
    if (around !== undefined) {
      write(text, around + value.slice(start, end) + around, start, end);
      if (start === end) text.setSelectionRange(start + around.length, start + around.length);
      return;
    }
    const from = value.lastIndexOf("\n", start - 1) + 1;
    const lines = value.slice(from, end).split("\n");
    write(text, lines.map((line) => (button.dataset.line ?? "") + line).join("\n"), from, end);
  });
}

function references(form: HTMLFormElement, text: HTMLTextAreaElement): void {
  const panel = form.querySelector<HTMLDetailsElement>("#references");
  const search = form.querySelector<HTMLInputElement>("#reference-search");
  if (!panel || !search) return;
  let place: [number, number] = [0, 0];

  const options = () => [...panel.querySelectorAll<HTMLElement>("[data-insert]")];
  const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  const choose = (index: number) => {
    for (const [position, option] of options().entries()) {
      option.setAttribute("aria-selected", String(position === index));
      if (position === index) {
        search.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
  };
  const open = (start: number, end: number) => {
    place = [start, end];
    panel.open = true;
    search.value = "";
    search.focus();
  };
  const insert = (option: HTMLElement | undefined) => {
    if (!option) return;
    panel.open = false;
    write(text, option.dataset.insert ?? "", ...place);
  };

  text.addEventListener("input", (event) => {
    const at = text.selectionStart;
    const typed = (event as InputEvent).data === "@";
    // Not within an address of mail.
    if (typed && /(?:^|[\s([{>*_"'|])@$/.test(text.value.slice(Math.max(0, at - 2), at))) open(at - 1, at);
  });
  panel.addEventListener("toggle", () => {
    if (panel.open) search.dispatchEvent(new Event("refresh"));
  });
  text.addEventListener("blur", () => {
    if (!panel.open) place = [text.selectionStart, text.selectionEnd];
  });
  form.addEventListener("click", (event) => {
    const target = event.target as Element;
    if (target.closest("[data-refer]")) open(text.selectionStart, text.selectionEnd);
    else if (target.closest("[data-insert]"))
      insert(target.closest<HTMLElement>("[data-insert]") ?? undefined);
  });
  search.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "Escape") {
      panel.open = false;
      text.focus();
      text.setSelectionRange(place[1], place[1]);
    } else if (event.key === "Enter") {
      insert(options()[Math.max(0, chosen())]);
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      choose((chosen() + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
    } else return;
    event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", () => choose(Math.max(0, chosen())));
}

/** The preview shows what is written where the text is scrolled to. */
function scrolledTogether(form: HTMLFormElement, text: HTMLTextAreaElement): void {
  const preview = form.querySelector<HTMLElement>("#preview");
  if (!preview) return;
  const follow = () => {
    const room = text.scrollHeight - text.clientHeight;
    const part = room > 0 ? text.scrollTop / room : 0;
    preview.scrollTop = part * (preview.scrollHeight - preview.clientHeight);
  };
  text.addEventListener("scroll", follow, { passive: true });
  preview.addEventListener("htmx:afterSettle", follow);
}

function keptDraft(form: HTMLFormElement): void {
  const preview = form.querySelector<HTMLElement>("#preview");
  if (!preview) return;
  let timer = 0;
  let isKept = true;
  const keep = (after: number) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => preview.dispatchEvent(new Event("keep")), after);
  };
  const lost = () => {
    const state = form.querySelector("#draft-state");
    if (state) {
      state.textContent = form.dataset.lost ?? "";
      state.className = "small error";
    }
    keep(RETRY_AFTER);
  };
  for (const kind of ["input", "change"] as const) {
    form.addEventListener(kind, (event) => {
      if ((event.target as HTMLElement).id === "reference-search") return;
      isKept = false;
      keep(KEEP_AFTER);
    });
  }
  preview.addEventListener("htmx:beforeRequest", () => {
    isKept = true; // What is typed from now on is not in it.
  });
  preview.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>).detail;
    // Somebody who has been signed out gets the page to sign in.
    if (xhr.status === 200 && xhr.responseText.includes('id="draft-state"')) return;
    (event as CustomEvent<{ shouldSwap: boolean }>).detail.shouldSwap = false;
    isKept = false;
    lost();
  });
  preview.addEventListener("htmx:sendError", () => {
    isKept = false;
    lost();
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    isKept = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isKept) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector<HTMLButtonElement>("button[name=go][value=save]"));
  });
}

function start(): void {
  print();
  const form = document.querySelector<HTMLFormElement>("[data-report-editor]");
  const text = form?.querySelector<HTMLTextAreaElement>("#id_content");
  if (!form || !text) return;
  formatting(form, text);
  references(form, text);
  scrolledTogether(form, text);
  keptDraft(form);
}

start();

export {};
