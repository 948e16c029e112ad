// Builds a table from a document's markup. The markup is untrusted: it is parsed without being run, and of it only rows,
// cells, their spans and their text come into the page.

import { element } from "./dom.js";

const MOST_SPAN = 200;

/**
 * @param html markup with one table
 * @param fill puts a cell's text into the cell: fill(cell, text)
 * @returns the table, or null where the markup has none
 */
export function buildTable(html, fill) {
  const source = new DOMParser().parseFromString(html, "text/html").querySelector("table");
  if (!source) return null;
  for (const silent of source.querySelectorAll("script, style, template")) silent.remove();
  for (const end of source.querySelectorAll("br")) end.replaceWith("\n");
  const table = element("table", { class: "viewer-table" });
  for (const row of source.rows) {
    const built = element("tr");
    for (const cell of row.cells) built.append(buildCell(cell, fill));
    table.append(built);
  }
  return table;
}

function buildCell(source, fill) {
  const heading = source.localName === "th";
  const cell = element(heading ? "th" : "td");
  for (const name of ["colSpan", "rowSpan"]) {
    const span = Math.min(source[name], MOST_SPAN);
    if (span > 1) cell[name] = span;
  }
  fill(cell, source.textContent.trim());
  return cell;
}
