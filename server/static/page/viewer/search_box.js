// The field for searching all pages, with the count of matches and the way from one to the next.

import { element } from "./dom.js";
import { icon } from "./icons.js";
import { find } from "./search.js";
import { Stepper } from "./stepper.js";

/** Fires `found` when the matches have changed, and `step` (detail: a match) when the reader goes to one. */
export class SearchBox extends EventTarget {
  #doc = null;
  #stepper;
  #field;

  constructor(texts) {
    super();
    this.#stepper = new Stepper(texts, "match", ["Shift+Enter", "Enter"]);
    this.#stepper.hush();
    this.#field = element("input", {
      type: "search",
      class: "viewer-field",
      placeholder: texts("viewer.search"),
      "aria-label": texts("viewer.search"),
      autocomplete: "off",
      spellcheck: "false",
    });
    this.#field.addEventListener("input", () => {
      this.update();
      if (this.matches.length) this.#stepper.go(1, null);
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.#stepper.go(event.shiftKey ? -1 : 1);
    });
    this.#stepper.addEventListener("step", ({ detail }) => this.#fire("step", detail));
    this.root = element(
      "div",
      { class: "viewer-search", role: "search" },
      element("label", { class: "viewer-search-field" }, icon("search"), this.#field),
      ...this.#stepper.parts,
    );
  }

  get matches() {
    return this.#stepper.items;
  }

  get current() {
    return this.#stepper.current;
  }

  show(doc) {
    this.#doc = doc;
    this.#field.value = "";
    this.update();
  }

  /** Search again: the query or the pages have changed. */
  update() {
    if (this.#field.value.trim()) this.#stepper.items = find(this.#doc.pages, this.#field.value);
    else this.#stepper.hush();
    this.#fire("found", null);
  }

  focus() {
    this.#field.focus();
    this.#field.select();
  }

  #fire(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
