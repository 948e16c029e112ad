// Keys of the viewers, and the help that lists them. They hold only while the keyboard is inside the viewer.

import { element } from "./dom.js";
import { button } from "./toolbar.js";

/**
 * Let keys do things.
 * @param root of the viewer
 * @param {Map<string, () => void>} actions by key, as in KeyboardEvent.key
 */
export function addShortcuts(root, actions) {
  root.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input, textarea, select") || event.target.closest?.("dialog");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const action = actions.get(event.key);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

/**
 * The help: a dialog with keys and what they do.
 * @param {[string, string][]} rows keys, and the name of their text
 */
export function buildHelp(texts, rows) {
  const list = element("dl", { class: "viewer-keys" });
  for (const [keys, name] of rows) {
    const written = keys.split(" ").map((key) => element("kbd", {}, key));
    list.append(element("div", {}, element("dt", {}, ...written), element("dd", {}, texts(`viewer.${name}`))));
  }
  const title = texts("viewer.help");
  const dialog = element("dialog", { class: "viewer-help", "aria-label": title });
  const close = button(texts, "close", "close", () => dialog.close(), "Esc");
  dialog.append(element("header", {}, element("h2", {}, title), close), list);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
}
