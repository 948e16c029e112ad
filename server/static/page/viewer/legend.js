// What the lines around the boxes mean: each level of confidence has its own colour, its own pattern and a word.

import { LEVELS } from "./confidence.js";
import { element, shape } from "./dom.js";

/** The legend of the confidence. */
export function buildLegend(texts) {
  const items = LEVELS.map((level) => {
    const line = shape("line", { x1: 1, y1: 5, x2: 27, y2: 5, "data-level": level });
    const sample = shape("svg", { viewBox: "0 0 28 10", class: "viewer-sample", "aria-hidden": "true" }, line);
    return element("li", {}, sample, texts(`viewer.${level}`));
  });
  return element("ul", { class: "viewer-legend", "aria-label": texts("viewer.legend") }, ...items);
}
