// What every page loads: htmx and the islands. Every page works without it.
import htmx from "htmx.org";
import { copyMenus } from "./islands/copy";
import { dialogs } from "./islands/dialog";
import { drawer } from "./islands/drawer";
import { liveRegion } from "./islands/live";
import { menus } from "./islands/menu";
import { rowKeys } from "./islands/rows";
import { searchBox } from "./islands/search";
import { selection } from "./islands/selection";
import { toasts } from "./islands/toast";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
document.documentElement.classList.remove("no-script");

for (const island of [copyMenus, dialogs, drawer, liveRegion, menus, rowKeys, searchBox, selection, toasts]) {
  island();
}
