// The icons of the viewer: strokes on a grid of 20 by 20.

import { shape } from "./dom.js";

const PATHS = {
  zoomOut: "M4 10h12",
  zoomIn: "M4 10h12M10 4v12",
  fitWidth: "M3 4v12M17 4v12M6 10h8M8 7.5 5.5 10 8 12.5M12 7.5l2.5 2.5L12 12.5",
  fitPage: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  boxes: "M3 4h14v4H3zM3 12h9v4H3z",
  confidence: "M4 16V11M10 16V7M16 16V3",
  order: "M9 5h8M9 10h8M9 15h8M4 3v4M3 7h2M3 12.5h2.5L3 16h2.5",
  regions: "M3 3h14v5H3zM3 11h6v6H3zM12 11h5v6h-5z",
  previous: "M5 12.5 10 7l5 5.5",
  next: "M5 7.5 10 13l5-5.5",
  search: "M8.5 14a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM12.5 12.5 17 17",
  help: "M7.2 7.3A2.8 2.8 0 0 1 10 5c1.6 0 2.8 1 2.8 2.5 0 2-2.8 2.2-2.8 4.3M10 15v.2",
  close: "M5 5l10 10M15 5 5 15",
  pictures: "M3 4h14v12H3zM3 13l4-4 4 4 2-2 4 4M13 7.5v.2",
};

/** An icon by its name, hidden from screen readers: the button around it has the words. */
export function icon(name) {
  const attributes = { viewBox: "0 0 20 20", class: "viewer-icon", "aria-hidden": "true", focusable: "false" };
  return shape("svg", attributes, shape("path", { d: PATHS[name] }));
}
