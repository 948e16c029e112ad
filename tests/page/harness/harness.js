// Feeds the viewer and the comparison with documents that the tests give or that are generated here.

import en from "/page/texts/viewer_en.js";
import zh from "/page/texts/viewer_zh.js";
import { Compare } from "/page/viewer/compare.js";
import { Viewer } from "/page/viewer/viewer.js";

const languages = { en, zh };

/** Keys that were asked for and are not there. */
const missing = new Set();

function textsIn(language) {
  return (key, values = {}) => {
    const text = languages[language][key];
    if (text === undefined) missing.add(key);
    return (text ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  };
}

class Doc extends EventTarget {
  pages = new Map();

  constructor(id, name, pagesTotal) {
    super();
    Object.assign(this, { id, name, pagesTotal });
  }

  add(page) {
    this.pages.set(page.number, page);
    this.dispatchEvent(new CustomEvent("page", { detail: { number: page.number } }));
  }
}

/** A page with its picture drawn from its lines, unless the page brings the address of one. */
function pageOf({ number, width = 1240, height = 1754, lines = [], blocks = [], failed, image }) {
  let kept = null;
  const picture = async () => {
    harness.pictures += 1;
    kept ??= image ? await (await fetch(image)).blob() : await draw(width, height, lines);
    return kept;
  };
  return { number, width, height, picture, lines, blocks, markdown: "", failed };
}

async function draw(width, height, lines) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fdfcf8";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#222";
  for (const { text, polygon } of lines) {
    const [a, b, , d] = polygon;
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const [wide, high] = [Math.hypot(dx, dy), Math.hypot(d[0] - a[0], d[1] - a[1])];
    context.save();
    context.translate(a[0], a[1]);
    context.rotate(Math.atan2(dy, dx));
    context.textBaseline = "top";
    if (high > 1.5 * wide) {
      context.font = `${wide * 0.85}px sans-serif`;
      [...text].forEach((character, index) => context.fillText(character, 0, (index * high) / text.length, wide));
    } else {
      context.font = `${high * 0.8}px sans-serif`;
      context.fillText(text, 0, high * 0.1, wide);
    }
    context.restore();
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
  canvas.width = 0;
  return blob;
}

/** A long document: so many pages with so many lines each; some lines are doubtful. */
function longPages(count, linesPerPage) {
  return Array.from({ length: count }, (_, page) => {
    const lines = Array.from({ length: linesPerPage }, (_, line) => {
      const y = 100 + (line * 1560) / linesPerPage;
      const high = Math.min(30, 1200 / linesPerPage);
      const text = `Page ${page + 1} line ${line + 1}: the quick brown fox jumps over the lazy dog`;
      const polygon = [[100, y], [1100, y], [1100, y + high], [100, y + high]];
      return { text, score: line % 20 === 7 ? 0.6 : 0.99, polygon };
    });
    return { number: page + 1, lines };
  });
}

function makeDoc({ id = "1", name = "document.pdf", pagesTotal = null, pages = [] }) {
  const doc = new Doc(id, name, pagesTotal);
  for (const page of pages) doc.pages.set(page.number, pageOf(page));
  return doc;
}

const harness = {
  pictures: 0,
  missing,
  docs: [],
  shown: null,
  view(spec, language = "en") {
    this.shown?.destroy();
    this.docs = [makeDoc(spec)];
    this.shown = new Viewer(document.getElementById("root"), { texts: textsIn(language) });
    this.shown.show(this.docs[0]);
  },
  viewLong(count, linesPerPage) {
    this.view({ pagesTotal: count, pages: longPages(count, linesPerPage) });
  },
  compare(first, second, language = "en") {
    this.shown?.destroy();
    this.docs = [makeDoc(first), makeDoc(second)];
    this.shown = new Compare(document.getElementById("root"), { texts: textsIn(language) });
    this.shown.show(...this.docs);
  },
  add(page, index = 0) {
    this.docs[index].add(pageOf(page));
  },
};

window.harness = harness;
