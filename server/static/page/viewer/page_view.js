// One page of the list: an empty box of the right size, or the picture with everything over it.

import { levelOf } from "./confidence.js";
import { element, shape } from "./dom.js";
import { boundsOf, isVertical, partOf, sizeOf, transformOver, withMargin } from "./geometry.js";
import { fractionAt, widthOf } from "./measure.js";
import { Picture } from "./picture.js";

/** So much of a line's thickness is between the line and its box. */
const BOX_MARGIN = 0.08;
/** So much of the page's width is between a region's text and its outline. */
const REGION_MARGIN = 0.006;
const REST_MILLISECONDS = 150;

const pointsOf = (polygon) =>
  polygon.map((corner) => corner.map((value) => Number(value.toFixed(1))).join(",")).join(" ");

export class PageView {
  #texts;
  #page = null;
  #picture = null;
  #width = 0;
  #repaint = null;
  #shapes = [];
  #marks = null;
  #markList = [];
  #note;

  /**
   * @param number of the page, from 1
   * @param texts translates
   */
  constructor(number, texts) {
    this.number = number;
    this.#texts = texts;
    this.#note = element("div", { class: "viewer-page-note" });
    this.root = element("div", { class: "viewer-page", "data-page": number, "aria-hidden": "true" }, this.#note);
    this.#tell(this.#noteOf(null));
  }

  get page() {
    return this.#page;
  }

  get isDrawn() {
    return this.root.classList.contains("is-drawn");
  }

  /** Give the page that was read; null where it is not read yet, or is read again. */
  set page(page) {
    if (page === this.#page) return;
    const drawn = this.isDrawn;
    this.erase();
    this.#page = page;
    this.#markList = [];
    this.root.classList.toggle("is-failed", Boolean(page?.failed));
    this.#tell(this.#noteOf(page));
    if (drawn) this.draw();
  }

  /** Set the size of the box, in CSS pixels, and how many of them a pixel of the page is. */
  resize(width, height, scale) {
    this.root.style.width = `${width}px`;
    this.root.style.height = `${height}px`;
    this.root.style.setProperty("--scale", scale);
    if (width === this.#width) return;
    this.#width = width;
    clearTimeout(this.#repaint);
    // While the reader zooms, the picture is stretched; it is painted once he has come to rest.
    this.#repaint = setTimeout(() => {
      this.#picture?.paint(width).catch((error) => this.#tellNoPicture(error));
    }, REST_MILLISECONDS);
  }

  /** Show the picture, the boxes and the selectable text. */
  draw() {
    if (this.isDrawn) return;
    this.root.classList.add("is-drawn");
    if (!this.#page || this.#page.failed) return;
    this.#drawPicture(this.#page);
    this.#drawLines(this.#page);
    this.#drawMarks();
  }

  /** Take everything away but the box, and let the picture go. */
  erase() {
    this.root.classList.remove("is-drawn");
    this.root.replaceChildren(this.#note);
    this.#picture?.release();
    this.#picture = null;
    clearTimeout(this.#repaint);
    this.#shapes = [];
    this.#marks = null;
  }

  /** Give a class to the boxes of some lines, and take it from all others. */
  highlight(name, lines) {
    this.#shapes.forEach((box, line) => box.classList.toggle(name, lines.includes(line)));
  }

  /**
   * Mark parts of lines.
   * @param {{line: number, start: number, end: number, kind: string, current?: boolean}[]} marks
   */
  mark(marks) {
    this.#markList = marks;
    if (this.#marks) this.#drawMarks();
  }

  /** The element with a line's text; null where the page is not drawn. */
  textOf(line) {
    return this.root.querySelector(`.viewer-glyphs[data-line="${line}"]`);
  }

  #noteOf(page) {
    if (!page) return this.#texts("viewer.waiting", { page: this.number });
    return page.failed ? this.#texts("viewer.failed", { page: this.number, reason: page.failed }) : "";
  }

  #tell(text) {
    this.#note.textContent = text;
  }

  async #drawPicture(page) {
    if (!page.picture) return;
    try {
      const blob = await page.picture();
      if (!blob || !this.isDrawn || this.#page !== page || this.#picture) return;
      const picture = new Picture(blob, page);
      this.#picture = picture;
      await picture.paint(this.#width);
      if (this.#picture === picture) this.root.prepend(picture.canvas);
    } catch (error) {
      if (this.#page === page) this.#tellNoPicture(error);
    }
  }

  #tellNoPicture(error) {
    this.#tell(this.#texts("viewer.no_picture", { page: this.number, reason: error.message }));
  }

  #drawLines(page) {
    const view = { viewBox: `0 0 ${page.width} ${page.height}`, preserveAspectRatio: "none" };
    const regions = shape("svg", { ...view, class: "viewer-overlay viewer-regions" });
    const boxes = shape("svg", { ...view, class: "viewer-overlay viewer-boxes" });
    const labels = element("div", { class: "viewer-labels" });
    const text = element("div", { class: "viewer-text-layer" });
    for (const { label, box } of page.blocks ?? []) {
      const [x, y, right, bottom] = box;
      const margin = REGION_MARGIN * page.width;
      const [width, height] = [right - x + 2 * margin, bottom - y + 2 * margin].map((side) => Math.max(0, side));
      regions.append(shape("rect", { x: x - margin, y: y - margin, width, height, rx: margin }));
      labels.append(this.#label("viewer-region-label", this.#nameOf(label), right + margin, y - margin, page));
    }
    page.lines.forEach((line, index) => {
      const points = pointsOf(withMargin(line.polygon, BOX_MARGIN));
      const box = shape("polygon", { points, "data-level": levelOf(line.score) });
      boxes.append(box);
      this.#shapes.push(box);
      text.append(this.#glyphs(line, index));
      const { x, y, height } = boundsOf(line.polygon);
      labels.append(this.#label("viewer-order-label", String(index + 1), x, y + height / 2, page));
    });
    this.#marks = shape("svg", { ...view, class: "viewer-overlay viewer-marks" });
    this.root.append(regions, this.#marks, boxes, labels, text);
  }

  #nameOf(label) {
    const key = `viewer.region.${label}`;
    const name = this.#texts(key);
    return name === key || !name ? label : name;
  }

  #label(kind, text, x, y, page) {
    const label = element("span", { class: kind }, text);
    label.style.left = `${(100 * x) / page.width}%`;
    label.style.top = `${(100 * y) / page.height}%`;
    return label;
  }

  #glyphs(line, index) {
    const glyphs = element("div", { class: "viewer-glyphs", "data-page": this.number, "data-line": index }, line.text);
    const { length, thickness } = sizeOf(line.polygon);
    const size = Math.min(Math.max(thickness, 4), 400);
    const natural = widthOf(line.text, size) || length;
    glyphs.style.fontSize = `${size}px`;
    if (isVertical(line.polygon)) {
      glyphs.classList.add("is-vertical");
      glyphs.style.transform = transformOver(line.polygon, size, natural);
    } else {
      glyphs.style.transform = transformOver(line.polygon, natural, size);
    }
    return glyphs;
  }

  #drawMarks() {
    const shapes = this.#markList.map(({ line, start, end, kind, current }) => {
      const target = this.#page.lines[line];
      const part = partOf(target.polygon, fractionAt(target, start), fractionAt(target, end));
      return shape("polygon", { points: pointsOf(part), class: `is-${kind}${current ? " is-current" : ""}` });
    });
    this.#marks.replaceChildren(...shapes);
  }
}
