// The text of one page as it is read: its lines, its paragraphs with a gap between, and its tables.

import { levelOf } from "./confidence.js";
import { element, hiddenText } from "./dom.js";
import { isInBox } from "./geometry.js";
import { buildTable } from "./tables.js";

/**
 * Build what stands below a page's heading.
 * @param {{lines: object[], blocks: object[]}} page
 * @param {number} number of the page
 * @param texts translates
 * @param {Map<number, object[]>} marks of each line: {start, end, kind, current?}
 * @returns {Element[]}
 */
export function buildPageText(page, number, texts, marks) {
  const builder = new Builder(page, number, texts, marks);
  return builder.build();
}

/** The same as plain text, for pages far out of sight. */
export function plainPageText(page) {
  return page.lines.map((line) => line.text).join("\n");
}

class Builder {
  #page;
  #number;
  #texts;
  #marks;
  #used = new Set();

  constructor(page, number, texts, marks) {
    this.#page = page;
    this.#number = number;
    this.#texts = texts;
    this.#marks = marks;
  }

  build() {
    const blocks = this.#page.blocks ?? [];
    const built = [];
    const tables = new Set();
    let group = null;
    let groupOf = null;
    this.#page.lines.forEach((line, index) => {
      if (this.#used.has(index)) return;
      const block = blocks.find((candidate) => isInBox(line.polygon, candidate.box)) ?? null;
      if (block?.html && !tables.has(block)) {
        tables.add(block);
        built.push(...this.#table(block));
        groupOf = null;
        if (this.#used.has(index)) return;
      }
      if (!group || block !== groupOf || group !== built.at(-1)) {
        group = element("div", { class: "viewer-paragraph", "data-label": block?.label });
        groupOf = block;
        built.push(group);
      }
      group.append(this.#line(index, "div"));
    });
    for (const block of blocks) if (block.html && !tables.has(block)) built.push(...this.#table(block));
    return built;
  }

  #table(block) {
    const lines = this.#page.lines.map((line, index) => ({ line, index }));
    const candidates = lines.filter(({ line }) => line.text && isInBox(line.polygon, block.box));
    const table = buildTable(block.html, (cell, text) => this.#fillCell(cell, text, candidates));
    if (!table) return [];
    // A line that is in the table, but in no cell alone, is not written again below it.
    const whole = compact(table.textContent).text;
    for (const { line, index } of candidates) if (whole.includes(compact(line.text).text)) this.#used.add(index);
    const label = this.#texts("viewer.table", { page: this.#number });
    return [element("div", { class: "viewer-table-frame", tabindex: "0", role: "group", "aria-label": label }, table)];
  }

  /** Put a cell's text into it; the lines that it is made of become lines, so that they are linked with their boxes. */
  #fillCell(cell, text, candidates) {
    const free = candidates.filter(({ index }) => !this.#used.has(index));
    const found = linesIn(text, free);
    if (!found?.length) {
      cell.append(text);
      return;
    }
    found.forEach(({ index, start }, position) => {
      const before = text.slice(found[position - 1]?.end ?? 0, start);
      cell.append(/\s/.test(before) ? " " : "", this.#line(index, "span"));
      this.#used.add(index);
    });
  }

  #line(index, name) {
    const line = this.#page.lines[index];
    const level = levelOf(line.score);
    const node = element(name, {
      class: "viewer-line",
      tabindex: "-1",
      "data-page": this.#number,
      "data-line": index,
      "data-level": level,
    });
    const marks = this.#marks.get(index) ?? [];
    const parts = marks.length ? markedParts(line.text, marks) : [line.text];
    if (level === "doubtful") {
      const percent = Math.round(line.score * 100);
      node.title = this.#texts("viewer.doubtful_line", { percent });
      node.append(hiddenText(`${this.#texts("viewer.doubtful")}: `), element("span", { class: "viewer-doubt" }, ...parts));
    } else {
      node.append(...parts);
    }
    return node;
  }
}

/** A text without blanks and hyphens, which change where lines are joined, and where each of its characters was. */
function compact(text) {
  const places = [];
  let kept = "";
  for (let at = 0; at < text.length; at += 1) {
    if (/[\s\u00ad-]/.test(text[at])) continue;
    kept += text[at];
    places.push(at);
  }
  return { text: kept, places };
}

/** The lines that make up a cell's text without a rest, with their places in it; null where there are no such lines. */
function linesIn(text, candidates) {
  const cell = compact(text);
  const search = (at, rest) => {
    if (at === cell.text.length) return [];
    // Of lines with the same text one is tried. Else a column of dots could be taken in more ways than a browser can try.
    const tried = new Set([""]);
    for (const [position, { line, index }] of rest.entries()) {
      const wanted = compact(line.text).text;
      if (tried.has(wanted) || !cell.text.startsWith(wanted, at)) continue;
      tried.add(wanted);
      const others = search(at + wanted.length, rest.slice(position + 1));
      if (others) return [{ index, start: cell.places[at], end: cell.places[at + wanted.length - 1] + 1 }, ...others];
    }
    return null;
  };
  return search(0, candidates);
}

/** A line's text with its marks as elements; where marks overlap, the first one counts. */
function markedParts(text, marks) {
  const parts = [];
  let at = 0;
  for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, mark.start);
    if (mark.end <= start) continue;
    if (start > at) parts.push(text.slice(at, start));
    const name = `is-${mark.kind}${mark.current ? " is-current" : ""}`;
    parts.push(element("mark", { class: name }, text.slice(start, mark.end)));
    at = mark.end;
  }
  parts.push(text.slice(at));
  return parts;
}
