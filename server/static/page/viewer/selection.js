// Selects text on the picture as on paper. A browser's own selection jumps between lines that are placed freely, so the
// mouse is followed here: the selection goes to the nearest place of the nearest line. Fingers use the browser's own.

import { relationTo } from "./geometry.js";
import { offsetAt } from "./measure.js";
import { comparePlaces, placeOf } from "./places.js";

const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** Let text be selected on a list of pages, and be copied in reading order with a line break after each line. */
export function addSelection(list, docOf) {
  selectWithMouse(list);
  list.root.addEventListener("copy", (event) => {
    const text = selectedText(list, docOf());
    if (text === null) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  });
}

/** The selected text; null where nothing on the pages is selected. */
export function selectedText(list, doc) {
  const { anchorNode, anchorOffset, focusNode, focusOffset, isCollapsed } = document.getSelection();
  if (isCollapsed || !list.pages.contains(anchorNode) || !list.pages.contains(focusNode)) return null;
  const ends = [placeIn(anchorNode, anchorOffset), placeIn(focusNode, focusOffset)];
  if (ends.includes(null)) return null;
  const [first, last] = ends.sort(comparePlaces);
  const lines = [];
  for (let number = first.page; number <= last.page; number += 1) {
    (doc.pages.get(number)?.lines ?? []).forEach((line, index) => {
      const here = { page: number, line: index };
      const from = comparePlaces(here, { ...first, offset: 0 });
      const to = comparePlaces(here, { ...last, offset: 0 });
      if (from < 0 || to > 0) return;
      lines.push(line.text.slice(from === 0 ? first.offset : 0, to === 0 ? last.offset : undefined));
    });
  }
  return lines.join("\n");
}

function placeIn(node, offset) {
  const place = placeOf(node);
  if (!place) return null;
  // Where the node is the line itself and not its text, the offset counts children: 0 is its beginning.
  return { ...place, offset: node.nodeType === Node.TEXT_NODE || offset === 0 ? offset : node.textContent.length };
}

function selectWithMouse(list) {
  let anchor = null;
  list.root.addEventListener("mousedown", (event) => {
    if (event.button !== 0 || event.defaultPrevented || !list.pages.contains(event.target)) return;
    const place = nearestPlace(list, event.clientX, event.clientY);
    if (!place) return;
    event.preventDefault();
    list.root.focus({ preventScroll: true });
    if (event.detail === 2) anchor = selectPart(list, place, wordAround);
    else if (event.detail > 2) anchor = selectPart(list, place, (text) => [0, text.length]);
    else if (event.shiftKey && !document.getSelection().isCollapsed) anchor = extendTo(list, place);
    else {
      anchor = place;
      select(list, place, place);
    }
  });
  const move = (event) => {
    if (!anchor) return;
    const place = nearestPlace(list, event.clientX, event.clientY);
    if (place) select(list, anchor, place);
    scrollAtEdge(list, event.clientY);
  };
  const end = () => {
    anchor = null;
  };
  // The mouse may leave the list, so the window is listened to as long as the list is there.
  window.addEventListener("mousemove", move, { signal: list.gone });
  window.addEventListener("mouseup", end, { signal: list.gone });
}

function scrollAtEdge(list, y) {
  const { top, bottom } = list.root.getBoundingClientRect();
  if (y < top + 16) list.root.scrollBy(0, y - top - 16);
  else if (y > bottom - 16) list.root.scrollBy(0, y - bottom + 16);
}

function nearestPlace(list, x, y) {
  const found = list.pageAt(x, y);
  if (!found?.view.isDrawn) return null;
  let best = null;
  found.view.page.lines.forEach((line, index) => {
    const { fraction, distance } = relationTo(line.polygon, found.x, found.y);
    if (!best || distance < best.distance) best = { line: index, fraction, distance };
  });
  if (!best) return null;
  const offset = offsetAt(found.view.page.lines[best.line], best.fraction);
  return { page: found.view.number, line: best.line, offset };
}

function select(list, from, to) {
  const [start, end] = [from, to].map((place) => list.viewOf(place.page).textOf(place.line)?.firstChild);
  if (start && end) document.getSelection().setBaseAndExtent(start, from.offset, end, to.offset);
}

function selectPart(list, place, rangeOf) {
  const text = list.viewOf(place.page).page.lines[place.line].text;
  const [start, end] = rangeOf(text, place.offset);
  select(list, { ...place, offset: start }, { ...place, offset: end });
  return null;
}

function wordAround(text, offset) {
  const found = words.segment(text).containing(Math.min(offset, text.length - 1));
  return found ? [found.index, found.index + found.segment.length] : [0, 0];
}

function extendTo(list, place) {
  const { anchorNode, anchorOffset } = document.getSelection();
  const from = list.pages.contains(anchorNode) ? placeIn(anchorNode, anchorOffset) : null;
  if (!from) return place;
  select(list, from, place);
  return from;
}
