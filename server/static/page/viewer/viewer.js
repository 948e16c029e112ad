// The viewer of a document: its pages as pictures, and their text at the side. This file puts the parts together.

import { levelOf } from "./confidence.js";
import { element } from "./dom.js";
import { addGestures } from "./gestures.js";
import { buildLegend } from "./legend.js";
import { byPage } from "./marks.js";
import { PageList } from "./page_list.js";
import { SearchBox } from "./search_box.js";
import { addSelection } from "./selection.js";
import { addShortcuts, buildHelp } from "./shortcuts.js";
import { Stepper } from "./stepper.js";
import { TextPanel } from "./text_panel.js";
import { samePlace } from "./places.js";
import { button, group, toggle } from "./toolbar.js";

const ZOOM_STEP = 1.25;
const KEYS = [
  ["n", "doubt_next"],
  ["p", "doubt_previous"],
  ["/", "search"],
  ["+ −", "zoom"],
  ["0", "fit_width"],
  ["1", "fit_page"],
  ["b", "boxes"],
  ["c", "confidence"],
  ["o", "order"],
  ["r", "regions"],
  ["↑ ↓", "key_lines"],
  ["Enter", "key_enter"],
  ["Ctrl Wheel", "zoom"],
  ["Space Drag", "key_pan"],
  ["?", "help"],
];

export class Viewer {
  #texts;
  #root;
  #frame;
  #doc = null;
  #list;
  #panel;
  #search;
  #doubts;
  #chosen = null;
  #hovered = null;
  #switches = {};
  #pageField;
  #pageCount;
  #zoom;
  #help;
  #waiting = false;
  #changed = () => this.#updateSoon();

  /**
   * @param {Element} root is filled by the viewer
   * @param {{texts: (key: string, values?: object) => string}} options
   */
  constructor(root, { texts }) {
    this.#texts = texts;
    this.#root = root;
    this.#list = new PageList(texts);
    this.#panel = new TextPanel(texts);
    this.#search = new SearchBox(texts);
    this.#doubts = new Stepper(texts, "doubt", ["p", "n"]);
    this.#help = buildHelp(texts, KEYS);
    this.#frame = element(
      "div",
      { class: "viewer" },
      this.#buildToolbar(),
      element(
        "div",
        { class: "viewer-body" },
        element("div", { class: "viewer-stage" }, this.#list.root, buildLegend(texts)),
        this.#panel.root,
      ),
      this.#help,
    );
    addGestures(this.#list);
    addSelection(this.#list, () => this.#doc);
    this.#addKeys();
    this.#connect();
    root.replaceChildren(this.#frame);
  }

  /** Show a document, and its pages as they come. */
  show(doc) {
    this.#leave();
    this.#doc = doc;
    this.#chosen = null;
    doc.addEventListener("page", this.#changed);
    doc.addEventListener("state", this.#changed);
    this.#list.show(doc);
    this.#panel.show(doc);
    this.#search.show(doc);
    this.#doubts.hush();
    this.#update();
  }

  /** Let the document go, and empty the root. */
  destroy() {
    this.#leave();
    this.#list.destroy();
    this.#panel.destroy();
    this.#root.replaceChildren();
  }

  #leave() {
    this.#doc?.removeEventListener("page", this.#changed);
    this.#doc?.removeEventListener("state", this.#changed);
  }

  /** Many pages that come at once are taken in together. */
  #updateSoon() {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      if (!this.#frame.isConnected) return;
      this.#list.update();
      this.#panel.update();
      this.#search.update();
      this.#update();
    });
  }

  #update() {
    this.#doubts.items = doubtsOf(this.#doc.pages);
    this.#showPage();
    this.#showMarks();
  }

  #buildToolbar() {
    const texts = this.#texts;
    this.#pageField = element("input", { class: "viewer-field viewer-page-field", inputmode: "numeric", size: "3" });
    this.#pageField.setAttribute("aria-label", texts("viewer.go_to_page"));
    this.#pageCount = element("span", { class: "viewer-count" });
    this.#pageField.addEventListener("change", () => {
      const number = Math.min(this.#list.count, Math.max(1, parseInt(this.#pageField.value, 10) || 1));
      this.#list.goTo(number);
      this.#panel.goTo(number);
      this.#showPage();
    });
    this.#zoom = element("span", { class: "viewer-count viewer-zoom" });
    const change = (name) => (on) => this.#frameClass(`shows-${name}`, on);
    for (const [name, pressed, key] of [
      ["boxes", true, "b"],
      ["confidence", true, "c"],
      ["order", false, "o"],
      ["regions", false, "r"],
    ]) {
      this.#switches[name] = toggle(texts, name, name, pressed, change(name), key);
    }
    return element(
      "div",
      { class: "viewer-toolbar", role: "toolbar", "aria-label": texts("viewer.tools") },
      group(texts("viewer.go_to_page"), this.#pageField, this.#pageCount),
      group(
        texts("viewer.zoom"),
        button(texts, "zoom_out", "zoomOut", () => this.#list.zoomBy(1 / ZOOM_STEP), "−"),
        this.#zoom,
        button(texts, "zoom_in", "zoomIn", () => this.#list.zoomBy(ZOOM_STEP), "+"),
        button(texts, "fit_width", "fitWidth", () => this.#list.fit("width"), "0"),
        button(texts, "fit_page", "fitPage", () => this.#list.fit("page"), "1"),
      ),
      group(texts("viewer.overlays"), ...Object.values(this.#switches)),
      group(texts("viewer.doubtful_words"), ...this.#doubts.parts),
      this.#search.root,
      button(texts, "help", "help", () => this.#help.showModal(), "?"),
    );
  }

  /** The frame is made after the toolbar, so its first classes wait for it. */
  #frameClass(name, on) {
    queueMicrotask(() => this.#frame.classList.toggle(name, on));
  }

  #addKeys() {
    const press = (name) => () => this.#switches[name].click();
    addShortcuts(
      this.#frame,
      new Map([
        ["n", () => this.#stepDoubt(1)],
        ["p", () => this.#stepDoubt(-1)],
        ["/", () => this.#search.focus()],
        ["+", () => this.#list.zoomBy(ZOOM_STEP)],
        ["=", () => this.#list.zoomBy(ZOOM_STEP)],
        ["-", () => this.#list.zoomBy(1 / ZOOM_STEP)],
        ["0", () => this.#list.fit("width")],
        ["1", () => this.#list.fit("page")],
        ["b", press("boxes")],
        ["c", press("confidence")],
        ["o", press("order")],
        ["r", press("regions")],
        ["?", () => this.#help.showModal()],
      ]),
    );
  }

  #connect() {
    for (const part of [this.#list, this.#panel]) {
      part.addEventListener("hover", ({ detail }) => this.#hover(detail));
    }
    this.#list.addEventListener("choose", ({ detail }) => this.#choose(detail, this.#panel));
    this.#panel.addEventListener("choose", ({ detail }) => this.#choose(detail, this.#list));
    this.#list.addEventListener("current", () => this.#showPage());
    this.#list.addEventListener("zoom", () => this.#showPage());
    this.#list.addEventListener("scroll", () => this.#follow());
    this.#search.addEventListener("found", () => this.#showMarks());
    this.#search.addEventListener("step", ({ detail }) => this.#goTo(detail));
    this.#doubts.addEventListener("step", ({ detail }) => this.#goTo(detail));
  }

  #stepDoubt(step) {
    this.#doubts.go(step, this.#doubts.current ?? this.#chosen);
    if (this.#doubts.current) this.#panel.focus(this.#doubts.current);
  }

  #hover(place) {
    if (samePlace(place, this.#hovered)) return;
    this.#hovered = place;
    this.#list.highlight("is-hovered", place);
    this.#panel.highlight("is-hovered", place);
    const focused = this.#panel.root.contains(document.activeElement) && document.activeElement !== this.#panel.root;
    if (place && focused && document.activeElement.matches(":focus-visible")) this.#list.reveal(place);
  }

  #choose(place, other) {
    this.#chosen = place;
    this.#list.highlight("is-chosen", place);
    this.#panel.highlight("is-chosen", place);
    if (place) other.reveal(place);
  }

  #goTo(place) {
    this.#choose(place, this.#list);
    this.#panel.reveal(place);
    this.#showMarks();
  }

  /** The text goes along when the reader scrolls the pages to another one. */
  #follow() {
    if (this.#panel.root.matches(":hover, :focus-within")) return;
    const number = this.#list.current;
    if (number !== this.#followed) this.#panel.goTo(number);
    this.#followed = number;
  }

  #followed = 1;

  #showPage() {
    if (document.activeElement !== this.#pageField) this.#pageField.value = this.#list.current || "";
    this.#pageCount.textContent = this.#texts("viewer.of_pages", { count: this.#list.count });
    this.#zoom.textContent = `${Math.round(this.#list.scale * 100)} %`;
  }

  #showMarks() {
    const { matches, current } = this.#search;
    const marks = byPage(matches.map((match) => ({ ...match, kind: "match", current: match === current })));
    this.#list.mark(marks);
    this.#panel.mark(marks);
  }
}

/** The doubtful lines of all pages, in order. */
function doubtsOf(pages) {
  const found = [];
  for (const number of [...pages.keys()].sort((a, b) => a - b)) {
    pages.get(number).lines.forEach((line, index) => {
      if (line.text && levelOf(line.score) === "doubtful") found.push({ page: number, line: index });
    });
  }
  return found;
}
