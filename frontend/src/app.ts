// What every page loads: htmx and the islands. Every page works without it.
import htmx from "htmx.org";
import { cellEdit } from "./islands/cellEdit";
import { copyMenus } from "./islands/copy";
import { dialogs } from "./islands/dialog";
import { drawer } from "./islands/drawer";
import { dropFiles } from "./islands/dropFiles";
import { facets } from "./islands/facets";
import { insertText } from "./islands/insertText";
import { liveRegion } from "./islands/live";
import { matrices } from "./islands/matrix";
import { menus } from "./islands/menu";
import { moreOptions } from "./islands/moreOptions";
import { news } from "./islands/news";
import { passkeyFailures } from "./islands/passkey";
import { pickers } from "./islands/pick";
import { privateLink } from "./islands/privateLink";
import { rowKeys } from "./islands/rows";
import { scrolledRows } from "./islands/scrolledRows";
import { searchBox } from "./islands/search";
import { selection } from "./islands/selection";
import { tabs } from "./islands/tabs";
import { toasts } from "./islands/toast";
import { unfolding } from "./islands/unfold";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
document.documentElement.classList.remove("no-script");

const islands = [
  cellEdit,
  copyMenus,
  dialogs,
  drawer,
  dropFiles,
  facets,
  insertText,
  liveRegion,
  matrices,
  menus,
  moreOptions,
  news,
  passkeyFailures,
  pickers,
  privateLink,
  rowKeys,
  scrolledRows,
  searchBox,
  selection,
  tabs,
  toasts,
  unfolding,
];
for (const island of islands) {
  island();
}
