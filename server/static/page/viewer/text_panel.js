// The text of all pages, with a heading for each. Pages far out of sight are one piece of plain text each, so that a
// long document stays light and a screen reader still has all of it.

import { element } from "./dom.js";
import { buildPageText, plainPageText } from "./page_text.js";
import { placeOf } from "./places.js";

let panels = 0;

/** Fires `hover` and `choose` (detail: place or null) and `scroll` by the reader. */
export class TextPanel extends EventTarget {
  #texts;
  #doc = null;
  #sections = [];
  #near = new Set();
  #watcher;
  #marks = new Map();
  #highlights = new Map();
  #stop = null;
  #expected = null;
  #id = (panels += 1);

  /** @param label the name of the panel for screen readers */
  constructor(texts, label = texts("viewer.text")) {
    super();
    this.#texts = texts;
    this.root = element("div", { class: "viewer-text", role: "region", tabindex: "0", "aria-label": label });
    this.root.addEventListener("pointermove", (event) => this.#fire("hover", placeOf(event.target)));
    this.root.addEventListener("pointerleave", () => this.#fire("hover", null));
    this.root.addEventListener("focusin", (event) => this.#focused(placeOf(event.target)));
    this.root.addEventListener("focusout", () => this.#fire("hover", null));
    this.root.addEventListener("click", (event) => {
      const place = placeOf(event.target);
      if (place && document.getSelection().isCollapsed) this.#fire("choose", place);
    });
    this.root.addEventListener("keydown", (event) => this.#pressed(event));
    this.root.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.#watcher = new IntersectionObserver((entries) => this.#seen(entries), {
      root: this.root,
      rootMargin: "100% 0px",
    });
  }

  show(doc) {
    this.#clear();
    this.#doc = doc;
    this.update();
    this.root.scrollTo(0, 0);
  }

  /** Take in pages that came since, and let those go that are read again. */
  update() {
    const count = Math.max(0, ...this.#doc.pages.keys());
    while (this.#sections.length < count) this.#addSection();
    for (const section of this.#sections) {
      const page = this.#doc.pages.get(section.number) ?? null;
      if (section.page === page) continue;
      section.page = page;
      section.root.hidden = !page;
      if (page) {
        this.#fill(section);
      } else {
        section.live = false;
        section.body.replaceChildren();
      }
    }
    if (this.#stop && !this.#sections[this.#stop.page - 1]?.page) this.#setStop(null);
    if (!this.#stop) this.#setStop(this.#firstPlace());
  }

  destroy() {
    this.#clear();
  }

  /** Bring a page's heading to the top. */
  goTo(number) {
    const section = this.#sections[number - 1];
    if (section?.page) this.#scrollTo(section.root.offsetTop);
  }

  /** Bring a line into sight, where it is not. */
  reveal(place) {
    const line = this.#lineAt(place);
    if (!line) {
      // It is a part of a table's cell and not to be told from the rest of it.
      this.goTo(place.page);
      return;
    }
    const frame = this.root.getBoundingClientRect();
    const { top, bottom } = line.getBoundingClientRect();
    if (top >= frame.top + 8 && bottom <= frame.bottom - 8) return;
    this.#scrollTo(this.root.scrollTop + top - frame.top - frame.height / 3);
  }

  /** Where the panel is: a page, and how much of it is above the upper edge. */
  get position() {
    const shown = this.#sections.filter((section) => section.page);
    const section = shown.findLast(({ root }) => root.offsetTop <= this.root.scrollTop) ?? shown[0];
    if (!section) return { number: 1, fraction: 0 };
    return {
      number: section.number,
      fraction: (this.root.scrollTop - section.root.offsetTop) / (section.root.offsetHeight || 1),
    };
  }

  /** Go to such a place. No `scroll` is fired. */
  set position({ number, fraction }) {
    const section = this.#sections[number - 1];
    if (section?.page) this.#scrollTo(section.root.offsetTop + fraction * section.root.offsetHeight);
  }

  /** Put the keyboard on a line. */
  focus(place) {
    this.#lineAt(place)?.focus({ preventScroll: true });
  }

  /** Give a class to a line, and take it from all others. */
  highlight(name, place) {
    this.#highlights.set(name, place);
    this.#applyHighlights();
  }

  /** Mark parts of lines: a Map from page to marks {line, start, end, kind, current?}. */
  mark(marks) {
    const changed = new Set([...this.#marks.keys(), ...marks.keys()]);
    this.#marks = marks;
    for (const number of changed) {
      const section = this.#sections[number - 1];
      if (section?.live) this.#fill(section);
    }
  }

  #addSection() {
    const number = this.#sections.length + 1;
    const id = `viewer-text-${this.#id}-${number}`;
    const heading = element("h3", { id }, this.#texts("viewer.page", { page: number }));
    const body = element("div", { class: "viewer-text-body" });
    const root = element("section", { "aria-labelledby": id, "data-section": number, hidden: true }, heading, body);
    this.#sections.push({ number, root, body, page: null, live: false });
    this.root.append(root);
    this.#watcher.observe(root);
  }

  /** Write a page's text: in full where it is near, else as one piece. */
  #fill(section) {
    const { page, number, body } = section;
    const focused = this.root.contains(document.activeElement) ? placeOf(document.activeElement) : null;
    section.live = this.#near.has(number);
    if (page.failed) {
      body.replaceChildren(
        element("p", { class: "viewer-failed" }, this.#texts("viewer.failed", { page: number, reason: page.failed })),
      );
    } else if (!page.lines.length) {
      body.replaceChildren(element("p", { class: "viewer-empty" }, this.#texts("viewer.no_text")));
    } else if (section.live) {
      body.replaceChildren(...buildPageText(page, number, this.#texts, this.#marksOf(number)));
      if (this.#stop?.page === number) this.#setStop(this.#stop);
      this.#applyHighlights();
      if (focused?.page === number) this.focus(focused);
    } else {
      body.replaceChildren(element("div", { class: "viewer-plain" }, plainPageText(page)));
    }
  }

  #marksOf(number) {
    const marks = new Map();
    for (const mark of this.#marks.get(number) ?? []) marks.set(mark.line, [...(marks.get(mark.line) ?? []), mark]);
    return marks;
  }

  #seen(entries) {
    for (const entry of entries) {
      const number = Number(entry.target.dataset.section);
      const section = this.#sections[number - 1];
      if (!section?.page) continue;
      if (entry.isIntersecting) {
        this.#near.add(number);
        if (!section.live) this.#fill(section);
        section.body.style.minHeight = "";
      } else {
        this.#near.delete(number);
        if (section.live && !this.#isInUse(section)) this.#rest(section);
      }
    }
  }

  /** Make a page one piece of text of the same height. */
  #rest(section) {
    section.body.style.minHeight = `${section.body.offsetHeight}px`;
    this.#fill(section);
  }

  #isInUse(section) {
    const { anchorNode, focusNode } = document.getSelection();
    return [document.activeElement, anchorNode, focusNode].some((node) => section.root.contains(node));
  }

  #lineAt(place) {
    const section = place && this.#sections[place.page - 1];
    if (!section?.page) return null;
    if (!section.live) {
      this.#near.add(place.page);
      this.#fill(section);
    }
    return section.body.querySelector(`[data-line="${place.line}"]`);
  }

  #firstPlace() {
    const found = this.#sections.find((section) => section.page?.lines.length);
    return found ? { page: found.number, line: 0 } : null;
  }

  /** The one line that the Tab key stops at. */
  #setStop(place) {
    for (const line of this.root.querySelectorAll('.viewer-line[tabindex="0"]')) line.tabIndex = -1;
    this.#stop = place;
    const section = place && this.#sections[place.page - 1];
    const line = section?.live ? section.body.querySelector(`[data-line="${place.line}"]`) : null;
    if (line) line.tabIndex = 0;
  }

  #focused(place) {
    if (place) this.#setStop(place);
    this.#fire("hover", place);
  }

  #pressed(event) {
    const place = placeOf(event.target);
    if (!place || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = this.#placeAfter(place, event.key);
    if (to) {
      event.preventDefault();
      this.reveal(to);
      this.focus(to);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#fire("choose", place);
    }
  }

  #placeAfter(place, key) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const lines = this.#sections[place.page - 1].page.lines.length;
    if (key === "Home") return { page: place.page, line: 0 };
    if (key === "End") return { page: place.page, line: lines - 1 };
    if (!step) return null;
    if (place.line + step >= 0 && place.line + step < lines) return { page: place.page, line: place.line + step };
    const others = this.#sections.filter(({ page, number }) => page?.lines.length && (number - place.page) * step > 0);
    const section = step > 0 ? others[0] : others.at(-1);
    if (!section) return place;
    return { page: section.number, line: step > 0 ? 0 : section.page.lines.length - 1 };
  }

  #applyHighlights() {
    for (const [name, place] of this.#highlights) {
      for (const line of this.root.querySelectorAll(`.viewer-line.${name}`)) line.classList.remove(name);
      const section = place && this.#sections[place.page - 1];
      if (section?.live) section.body.querySelector(`[data-line="${place.line}"]`)?.classList.add(name);
    }
  }

  #scrollTo(top) {
    this.root.scrollTop = top;
    this.#expected = this.root.scrollTop;
  }

  #scrolled() {
    const own = this.#expected !== null && Math.abs(this.root.scrollTop - this.#expected) <= 1;
    this.#expected = null;
    if (!own) this.#fire("scroll", null);
  }

  #clear() {
    this.#watcher.disconnect();
    this.root.replaceChildren();
    this.#sections = [];
    this.#near.clear();
    this.#marks = new Map();
    this.#highlights.clear();
    this.#stop = null;
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
