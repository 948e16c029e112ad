// Builds elements. Text goes in as text and never as markup, because documents are untrusted.

const SVG = "http://www.w3.org/2000/svg";

/** Make an HTML element with attributes (false and null are left out) and children (strings become text). */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for an SVG element. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

/** Text for screen readers alone. It is never copied with a selection. */
export function hiddenText(text) {
  return element("span", { class: "viewer-hidden" }, text);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}
