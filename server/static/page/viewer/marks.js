// Puts marks in order by page, as the page list and the text panel take them.

/** A Map from page to its marks. */
export function byPage(marks) {
  const pages = new Map();
  for (const mark of marks) {
    if (!pages.has(mark.page)) pages.set(mark.page, []);
    pages.get(mark.page).push(mark);
  }
  return pages;
}
