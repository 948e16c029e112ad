// A place is a line of a page: {page, line}, with the page counted from 1 and the line from 0.

/** Whether two places, either of which may be null, are the same. */
export function samePlace(a, b) {
  return a === b || (Boolean(a) && Boolean(b) && a.page === b.page && a.line === b.line);
}

/** Negative if a is before b in the document; places may have an offset in their line. */
export function comparePlaces(a, b) {
  return a.page - b.page || a.line - b.line || (a.start ?? a.offset ?? 0) - (b.start ?? b.offset ?? 0);
}

/** The place that an element inside a line stands for, or null. */
export function placeOf(node) {
  const start = node instanceof Element ? node : node?.parentElement;
  const found = start?.closest("[data-line]");
  return found ? { page: Number(found.dataset.page), line: Number(found.dataset.line) } : null;
}

/**
 * The index of the item to go to from a place, round and round.
 * @param items places in document order
 * @param from the place where the reader is, or null
 * @param step 1 for the next one, -1 for the one before
 */
export function stepFrom(items, from, step) {
  if (!items.length) return -1;
  if (!from) return step > 0 ? 0 : items.length - 1;
  if (step > 0) {
    const found = items.findIndex((item) => comparePlaces(item, from) > 0);
    return found < 0 ? 0 : found;
  }
  const found = items.findLastIndex((item) => comparePlaces(item, from) < 0);
  return found < 0 ? items.length - 1 : found;
}
