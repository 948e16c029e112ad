// The words in which two readings of a document differ, page by page.

import { diff, wordsOf } from "./word_diff.js";

const compared = new WeakMap();

/**
 * All differences of the pages that both documents have.
 * @param pagesA Map from number to page
 * @param pagesB the same of the other document
 * @returns {{page, line, start, a: object[], b: object[], beside: object[]}[]} in order; `a` and `b` are the words on
 *   each side as marks {page, line, start, end}; `beside` is on each side the place next to which words are missing
 */
export function compareDocuments(pagesA, pagesB) {
  const found = [];
  const numbers = [...pagesA.keys()].filter((number) => pagesB.has(number)).sort((a, b) => a - b);
  for (const number of numbers) found.push(...comparePages(pagesA.get(number), pagesB.get(number), number));
  return found;
}

function comparePages(pageA, pageB, number) {
  const known = compared.get(pageA);
  if (known?.with === pageB) return known.differences;
  const [a, b] = [pageWords(pageA, number), pageWords(pageB, number)];
  const textOf = (word) => word.text;
  const differences = diff(a.map(textOf), b.map(textOf)).map((run) => {
    const [wordsA, wordsB] = [a.slice(...run.a), b.slice(...run.b)];
    const beside = [besideOf(a, run.a), besideOf(b, run.b)];
    const { line, start } = wordsA[0] ?? beside[0] ?? { line: 0, start: 0 };
    return { page: number, line, start, a: joined(wordsA, pageA), b: joined(wordsB, pageB), beside };
  });
  compared.set(pageA, { with: pageB, differences });
  return differences;
}

function pageWords(page, number) {
  return page.lines.flatMap((line, index) => wordsOf(line.text).map((word) => ({ ...word, page: number, line: index })));
}

function besideOf(words, [from]) {
  return words[from - 1] ?? words[from] ?? null;
}

/** Words next to each other on a line become one mark. */
function joined(words, page) {
  const marks = [];
  for (const { page: number, line, start, end } of words) {
    const last = marks.at(-1);
    if (last?.line === line && !page.lines[line].text.slice(last.end, start).trim()) last.end = end;
    else marks.push({ page: number, line, start, end });
  }
  return marks;
}
