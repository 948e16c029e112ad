// Buttons, switches and fields of the viewers' toolbars. Each has words for screen readers and a tip with its key.

import { element } from "./dom.js";
import { icon } from "./icons.js";

/** A button with an icon. */
export function button(texts, name, picture, action, key = "") {
  const label = texts(`viewer.${name}`);
  const title = key ? `${label} (${key})` : label;
  const attributes = { type: "button", class: "viewer-button", title, "aria-label": label, "data-do": name };
  const made = element("button", attributes, icon(picture));
  made.addEventListener("click", action);
  return made;
}

/** A switch with an icon: a button that stays pressed. `changed` gets whether it is. */
export function toggle(texts, name, picture, pressed, changed, key = "") {
  const made = button(texts, name, picture, () => setPressed(made, made.getAttribute("aria-pressed") !== "true", changed), key);
  setPressed(made, pressed, changed);
  return made;
}

function setPressed(made, pressed, changed) {
  made.setAttribute("aria-pressed", String(pressed));
  changed(pressed);
}

/** Things that belong together, with a name. */
export function group(label, ...children) {
  return element("div", { class: "viewer-group", role: "group", "aria-label": label }, ...children);
}
