// Finds a text in the lines of a document.

import { fold } from "./fold.js";

const folded = new WeakMap();

/**
 * All places where the query stands, in document order. Case and width do not matter; matches do not overlap.
 * @param pages Map from number to page
 * @returns {{page: number, line: number, start: number, end: number}[]} offsets are in the line's text
 */
export function find(pages, query) {
  const wanted = fold(query.trim()).text;
  if (!wanted) return [];
  const found = [];
  for (const number of [...pages.keys()].sort((a, b) => a - b)) {
    pages.get(number).lines.forEach((line, index) => findInLine(line, wanted, number, index, found));
  }
  return found;
}

function findInLine(line, wanted, page, index, found) {
  let text = folded.get(line);
  if (!text) folded.set(line, (text = fold(line.text)));
  for (let at = text.text.indexOf(wanted); at >= 0; at = text.text.indexOf(wanted, at + wanted.length)) {
    found.push({ page, line: index, start: text.starts[at], end: text.ends[at + wanted.length - 1] });
  }
}
