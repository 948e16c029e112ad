// Two readings of a document side by side, in step, with the words marked that differ.

import { compareDocuments } from "./differences.js";
import { element } from "./dom.js";
import { addGestures } from "./gestures.js";
import { byPage } from "./marks.js";
import { PageList } from "./page_list.js";
import { addSelection } from "./selection.js";
import { addShortcuts, buildHelp } from "./shortcuts.js";
import { Stepper } from "./stepper.js";
import { TextPanel } from "./text_panel.js";
import { button, group, toggle } from "./toolbar.js";

const ZOOM_STEP = 1.25;
const KEYS = [
  ["n", "difference_next"],
  ["p", "difference_previous"],
  ["+ −", "zoom"],
  ["0", "fit_width"],
  ["i", "pictures"],
  ["?", "help"],
];

export class Compare {
  #texts;
  #root;
  #frame;
  #sides;
  #stepper;
  #help;
  #waiting = false;
  #changed = () => this.#updateSoon();

  /**
   * @param {Element} root is filled by the view
   * @param {{texts: (key: string, values?: object) => string}} options
   */
  constructor(root, { texts }) {
    this.#texts = texts;
    this.#root = root;
    this.#sides = ["a", "b"].map((name) => this.#buildSide(name));
    this.#stepper = new Stepper(texts, "difference", ["p", "n"]);
    this.#help = buildHelp(texts, KEYS);
    const toolbar = this.#buildToolbar();
    const body = element("div", { class: "viewer-sides" }, ...this.#sides.map((side) => side.root));
    this.#frame = element("div", { class: "viewer viewer-compare shows-pictures" }, toolbar, body, this.#help);
    this.#connect();
    root.replaceChildren(this.#frame);
  }

  /** Show two documents; pages are compared as soon as both have them. */
  show(docA, docB) {
    this.#leave();
    [docA, docB].forEach((doc, index) => {
      const side = this.#sides[index];
      side.doc = doc;
      side.title.textContent = doc.name;
      side.list.show(doc);
      side.panel.show(doc);
      doc.addEventListener("page", this.#changed);
      doc.addEventListener("state", this.#changed);
    });
    this.#stepper.hush();
    this.#update();
  }

  /** Let the documents go, and empty the root. */
  destroy() {
    this.#leave();
    for (const { list, panel } of this.#sides) {
      list.destroy();
      panel.destroy();
    }
    this.#root.replaceChildren();
  }

  #leave() {
    for (const { doc } of this.#sides) {
      doc?.removeEventListener("page", this.#changed);
      doc?.removeEventListener("state", this.#changed);
    }
  }

  #buildSide(name) {
    const texts = this.#texts;
    const title = element("h2", { class: "viewer-side-title" });
    const list = new PageList(texts);
    const panel = new TextPanel(texts, texts(`viewer.text_${name}`));
    const side = { name, title, list, panel, doc: null, marks: [] };
    side.root = element("div", { class: "viewer-side" }, title, list.root, panel.root);
    addGestures(list);
    addSelection(list, () => side.doc);
    return side;
  }

  #buildToolbar() {
    const texts = this.#texts;
    const both = (action) => () => this.#sides.forEach(({ list }) => action(list));
    const pictures = (on) => this.#frame?.classList.toggle("shows-pictures", on);
    const actions = {
      zoomOut: both((list) => list.zoomBy(1 / ZOOM_STEP)),
      zoomIn: both((list) => list.zoomBy(ZOOM_STEP)),
      fit: both((list) => list.fit("width")),
    };
    const shown = toggle(texts, "pictures", "pictures", true, pictures, "i");
    const toolbar = element(
      "div",
      { class: "viewer-toolbar", role: "toolbar", "aria-label": texts("viewer.tools") },
      group(texts("viewer.differences"), ...this.#stepper.parts),
      group(
        texts("viewer.zoom"),
        button(texts, "zoom_out", "zoomOut", actions.zoomOut, "−"),
        button(texts, "zoom_in", "zoomIn", actions.zoomIn, "+"),
        button(texts, "fit_width", "fitWidth", actions.fit, "0"),
        shown,
      ),
      button(texts, "help", "help", () => this.#help.showModal(), "?"),
    );
    this.#keys = new Map([
      ["n", () => this.#stepper.go(1)],
      ["p", () => this.#stepper.go(-1)],
      ["+", actions.zoomIn],
      ["=", actions.zoomIn],
      ["-", actions.zoomOut],
      ["0", actions.fit],
      ["i", () => shown.click()],
      ["?", () => this.#help.showModal()],
    ]);
    return toolbar;
  }

  #keys;

  #connect() {
    addShortcuts(this.#frame, this.#keys);
    this.#stepper.addEventListener("step", ({ detail }) => this.#goTo(detail));
    this.#sides.forEach((side, index) => {
      const other = this.#sides[1 - index];
      side.list.addEventListener("scroll", () => {
        other.list.position = side.list.position;
      });
      side.list.addEventListener("current", ({ detail }) => {
        if (!side.panel.root.matches(":hover, :focus-within")) side.panel.goTo(detail);
      });
      side.panel.addEventListener("scroll", () => {
        other.panel.position = side.panel.position;
      });
      side.panel.addEventListener("choose", ({ detail }) => choose(side, detail));
      side.list.addEventListener("choose", ({ detail }) => choose(side, detail));
      for (const part of [side.list, side.panel]) {
        part.addEventListener("hover", ({ detail }) => {
          side.list.highlight("is-hovered", detail);
          side.panel.highlight("is-hovered", detail);
        });
      }
    });
  }

  #updateSoon() {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      if (!this.#frame.isConnected) return;
      for (const { list, panel } of this.#sides) {
        list.update();
        panel.update();
      }
      this.#update();
    });
  }

  #update() {
    const [a, b] = this.#sides;
    this.#stepper.items = compareDocuments(a.doc.pages, b.doc.pages);
    this.#showMarks();
  }

  #goTo(difference) {
    const places = [difference.a, difference.b];
    this.#sides.forEach((side, index) => {
      const place = places[index][0] ?? difference.beside[index];
      if (place) reveal(side, place);
      else side.list.goTo(difference.page);
    });
    this.#showMarks();
  }

  #showMarks() {
    const { items, current } = this.#stepper;
    this.#sides.forEach((side, index) => {
      const kind = index === 0 ? "first" : "second";
      const marks = items.flatMap((item) =>
        (index === 0 ? item.a : item.b).map((mark) => ({ ...mark, kind, current: item === current })),
      );
      side.list.mark(byPage(marks));
      side.panel.mark(byPage(marks));
    });
  }
}

function reveal(side, place) {
  side.list.reveal(place);
  side.panel.reveal(place);
}

function choose(side, place) {
  side.list.highlight("is-chosen", place);
  side.panel.highlight("is-chosen", place);
  if (place) reveal(side, place);
}
