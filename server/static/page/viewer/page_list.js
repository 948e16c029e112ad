// All pages below each other in a box that scrolls. Only those in sight and their neighbours are drawn.

import { element } from "./dom.js";
import { boundsOf } from "./geometry.js";
import { PageView } from "./page_view.js";
import { placeOf } from "./places.js";

const [SMALLEST, LARGEST] = [0.05, 8];
/** A small picture is not blown up by more than this to fill the width. */
const LARGEST_FIT = 2;
const A4_AT_150_DPI = { width: 1240, height: 1754 };
/** A line that is revealed stands in the upper part of the list, as far down as this. */
const REVEALED_AT = 0.35;

/** Fires `hover` and `choose` (detail: place or null), `current` (detail: number), `zoom`, and `scroll` by the reader. */
export class PageList extends EventTarget {
  #texts;
  #doc = null;
  #views = [];
  #visible = new Set();
  #drawn = new Set();
  #watcher;
  #resizer;
  #mode = "width";
  #scale = 1;
  #current = 0;
  #highlights = new Map();
  #marks = new Map();
  #expected = null;
  #end = new AbortController();

  constructor(texts) {
    super();
    this.#texts = texts;
    this.pages = element("div", { class: "viewer-pages" });
    this.root = element(
      "div",
      { class: "viewer-list", tabindex: "0", role: "region", "aria-label": texts("viewer.pages") },
      this.pages,
    );
    this.root.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.pages.addEventListener("pointermove", (event) => this.#fire("hover", placeOf(event.target)));
    this.pages.addEventListener("pointerleave", () => this.#fire("hover", null));
    this.pages.addEventListener("click", (event) => {
      if (document.getSelection().isCollapsed) this.#fire("choose", placeOf(event.target));
    });
    this.#watcher = new IntersectionObserver((entries) => this.#seen(entries), { root: this.root });
    // Not within the observer's call: a layout that changes the size again there is an error.
    const layOutAgain = () => this.#keepPosition(() => this.#layOut());
    this.#resizer = new ResizeObserver(() => requestAnimationFrame(layOutAgain));
    this.#resizer.observe(this.root);
  }

  /** Show a document from its first page on. */
  show(doc) {
    this.#clear();
    this.#doc = doc;
    this.update();
    this.root.scrollTo(0, 0);
  }

  /** Take in pages that came since, and let those go that are read again. */
  update() {
    const count = Math.max(this.#doc.pagesTotal ?? 0, ...this.#doc.pages.keys(), 0);
    while (this.#views.length < count) {
      const view = new PageView(this.#views.length + 1, this.#texts);
      this.#views.push(view);
      this.pages.append(view.root);
      this.#watcher.observe(view.root);
    }
    this.#keepPosition(() => {
      for (const view of this.#views) view.page = this.#doc.pages.get(view.number) ?? null;
      this.#layOut();
    });
    this.#applyHighlights();
    this.#follow();
  }

  destroy() {
    this.#clear();
    this.#watcher.disconnect();
    this.#resizer.disconnect();
    this.#end.abort();
  }

  /** Is aborted when the list is destroyed. */
  get gone() {
    return this.#end.signal;
  }

  get count() {
    return this.#views.length;
  }

  /** The number of the page in sight. */
  get current() {
    return this.#current;
  }

  /** CSS pixels for a pixel of the page in sight. */
  get scale() {
    return this.#scaleOf(this.#views[Math.max(0, this.#current - 1)]);
  }

  /** How the list zooms: "width", "page", or "free". */
  get mode() {
    return this.#mode;
  }

  /** Fit the pages: "width" or "page". */
  fit(mode) {
    this.#keepPosition(() => {
      this.#mode = mode;
      this.#layOut();
    });
    this.#fire("zoom", mode);
  }

  /**
   * Zoom, and keep what is at a point where it is.
   * @param factor by which the pages grow
   * @param point {x, y} in the window; the middle of the list where there is none
   */
  zoomBy(factor, point = null) {
    const frame = this.root.getBoundingClientRect();
    const { x, y } = point ?? { x: frame.left + this.root.clientWidth / 2, y: frame.top + this.root.clientHeight / 2 };
    const view = this.#viewAt(y - frame.top + this.root.scrollTop);
    if (!view) return;
    const before = view.root.getBoundingClientRect();
    const [u, v] = [(x - before.left) / before.width, (y - before.top) / before.height];
    this.#scale = Math.min(LARGEST, Math.max(SMALLEST, this.scale * factor));
    this.#mode = "free";
    this.#layOut();
    const after = view.root.getBoundingClientRect();
    this.root.scrollBy(after.left + u * after.width - x, after.top + v * after.height - y);
    this.#fire("zoom", "free");
  }

  /** Bring a page to the top. */
  goTo(number) {
    const view = this.#views[number - 1];
    if (view) this.root.scrollTop = this.#topOf(view) - this.#gap();
  }

  /** Bring a line into sight, where it is not. */
  reveal(place) {
    const view = this.#views[place.page - 1];
    const line = view?.page?.lines[place.line];
    if (!line) return;
    const scale = this.#scaleOf(view);
    const bounds = boundsOf(line.polygon);
    const [top, left] = [this.#topOf(view) + bounds.y * scale, view.root.offsetLeft + bounds.x * scale];
    const [height, width] = [bounds.height * scale, bounds.width * scale];
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.root;
    if (top < scrollTop + 8 || top + height > scrollTop + clientHeight - 8) {
      this.root.scrollTop = top - clientHeight * REVEALED_AT;
    }
    if (left < scrollLeft || left + width > scrollLeft + clientWidth) {
      this.root.scrollLeft = left - Math.max(8, (clientWidth - width) / 2);
    }
  }

  /** Where the list is: a page, and how much of it is above the upper edge. */
  get position() {
    const view = this.#viewAt(this.root.scrollTop);
    if (!view) return { number: 1, fraction: 0 };
    const fraction = (this.root.scrollTop - this.#topOf(view)) / (view.root.offsetHeight || 1);
    return { number: view.number, fraction };
  }

  /** Go to such a place. No `scroll` is fired. */
  set position({ number, fraction }) {
    const view = this.#views[number - 1];
    if (!view) return;
    this.#expected = Math.round(this.#topOf(view) + fraction * view.root.offsetHeight);
    this.root.scrollTop = this.#expected;
    this.#expected = Math.round(this.root.scrollTop);
  }

  /** Give a class to the box of a line, and take it from all others. */
  highlight(name, place) {
    this.#highlights.set(name, place);
    this.#applyHighlights();
  }

  /** Mark parts of lines: a Map from page to marks. */
  mark(marks) {
    const changed = new Set([...this.#marks.keys(), ...marks.keys()]);
    this.#marks = marks;
    for (const number of changed) this.#views[number - 1]?.mark(marks.get(number) ?? []);
  }

  /** The page at a point of the window, and the point in the page's pixels; null beside all pages. */
  pageAt(x, y) {
    const view = this.#viewAt(y - this.root.getBoundingClientRect().top + this.root.scrollTop);
    if (!view?.page) return null;
    const frame = view.root.getBoundingClientRect();
    const scale = this.#scaleOf(view);
    return { view, x: (x - frame.left) / scale, y: (y - frame.top) / scale };
  }

  /** The view of a page. */
  viewOf(number) {
    return this.#views[number - 1];
  }

  #clear() {
    for (const view of this.#views) view.erase();
    this.#watcher.disconnect();
    this.pages.replaceChildren();
    this.#views = [];
    this.#visible.clear();
    this.#drawn.clear();
    this.#highlights.clear();
    this.#marks = new Map();
    this.#current = 0;
  }

  #gap() {
    return parseFloat(getComputedStyle(this.pages).rowGap) || 0;
  }

  #topOf(view) {
    return view.root.offsetTop;
  }

  #sizeOf(view) {
    // A page that failed or is not there yet has no size: it is taken to be like the first one that has.
    if (view.page?.width) return view.page;
    return this.#views.find((other) => other.page?.width)?.page ?? A4_AT_150_DPI;
  }

  #scaleOf(view) {
    if (!view || this.#mode === "free") return this.#scale;
    const { width, height } = this.#sizeOf(view);
    const gap = this.#gap();
    const toWidth = Math.max(80, this.root.clientWidth - 2 * gap) / width;
    const scale = this.#mode === "page" ? Math.min(toWidth, (this.root.clientHeight - 2 * gap) / height) : toWidth;
    return Math.min(LARGEST_FIT, Math.max(SMALLEST, scale));
  }

  #layOut() {
    for (const view of this.#views) {
      const { width, height } = this.#sizeOf(view);
      const scale = this.#scaleOf(view);
      view.resize(Math.round(width * scale), Math.round(height * scale), scale);
    }
  }

  /** Change sizes, and stay at the same place of the same page. */
  #keepPosition(change) {
    const { number, fraction } = this.position;
    change();
    const view = this.#views[number - 1];
    if (view && this.root.scrollTop > 0) this.root.scrollTop = this.#topOf(view) + fraction * view.root.offsetHeight;
  }

  /** The page at a distance from the top of the list, or the nearest above it. */
  #viewAt(distance) {
    let [low, high] = [0, this.#views.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.#topOf(this.#views[middle]) <= distance) low = middle;
      else high = middle - 1;
    }
    return this.#views[low];
  }

  #scrolled() {
    this.#follow();
    if (this.#expected !== null && Math.abs(this.root.scrollTop - this.#expected) <= 1) {
      this.#expected = null;
      return;
    }
    this.#expected = null;
    this.#fire("scroll", null);
  }

  #follow() {
    const view = this.#viewAt(this.root.scrollTop + this.root.clientHeight * REVEALED_AT);
    const number = view?.number ?? 0;
    if (number === this.#current) return;
    this.#current = number;
    this.#fire("current", number);
  }

  #seen(entries) {
    for (const entry of entries) {
      const number = Number(entry.target.dataset.page);
      if (entry.isIntersecting) this.#visible.add(number);
      else this.#visible.delete(number);
    }
    const wanted = this.#selected();
    for (const number of this.#visible) for (const near of [number - 1, number, number + 1]) wanted.add(near);
    for (const number of this.#drawn) {
      if (wanted.has(number)) continue;
      this.#views[number - 1]?.erase();
      this.#drawn.delete(number);
    }
    for (const number of wanted) {
      if (this.#drawn.has(number) || !this.#views[number - 1]) continue;
      this.#views[number - 1].draw();
      this.#drawn.add(number);
    }
    this.#applyHighlights();
  }

  /** The pages where a selection starts and ends stay, or it would be lost. */
  #selected() {
    const { anchorNode, focusNode } = document.getSelection();
    const ends = [anchorNode, focusNode].filter((node) => node && this.pages.contains(node));
    return new Set(ends.map(placeOf).filter(Boolean).map((place) => place.page));
  }

  #applyHighlights() {
    for (const [name, place] of this.#highlights) {
      for (const number of this.#drawn) {
        this.#views[number - 1]?.highlight(name, place?.page === number ? [place.line] : []);
      }
    }
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
