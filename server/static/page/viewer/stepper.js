// Goes from one found thing to the next: two buttons and a count, for matches, doubtful words and differences.

import { element } from "./dom.js";
import { comparePlaces, stepFrom } from "./places.js";
import { button } from "./toolbar.js";

/** Fires `step` (detail: the item) when the reader goes to one. Items are in document order, with page and line. */
export class Stepper extends EventTarget {
  #texts;
  #items = [];
  #index = -1;
  #name;
  #count;
  #buttons;

  /**
   * @param texts translates
   * @param name of what is counted: the texts are `viewer.NAME_previous`, `viewer.NAME_next`, `viewer.NAME_count` with
   *   {index, count}, `viewer.NAME_total` with {count} before the reader went to one, and `viewer.NAME_none`
   * @param keys the keys for the previous and the next one, for the tips
   */
  constructor(texts, name, keys = ["", ""]) {
    super();
    this.#texts = texts;
    this.#name = name;
    this.#count = element("span", { class: "viewer-count", role: "status", "data-count": name });
    this.#buttons = [
      button(texts, `${name}_previous`, "previous", () => this.go(-1), keys[0]),
      button(texts, `${name}_next`, "next", () => this.go(1), keys[1]),
    ];
    this.parts = [this.#count, ...this.#buttons];
    this.items = [];
  }

  get items() {
    return this.#items;
  }

  /** The item where the reader is, or null. */
  get current() {
    return this.#items[this.#index] ?? null;
  }

  /** Give other items; the reader stays at the same one where it is still there. */
  set items(items) {
    const before = this.current;
    this.#items = items;
    this.#index = before ? items.findIndex((item) => comparePlaces(item, before) === 0) : -1;
    this.#tell();
  }

  /** Show nothing, because nothing is looked for. Other items end that. */
  hush() {
    this.items = [];
    for (const part of this.parts) part.hidden = true;
  }

  /** Go to the next item (1) or the one before (-1), from a place or from where the reader is. */
  go(step, from = this.current) {
    this.#index = stepFrom(this.#items, from, step);
    this.#tell();
    if (this.current) this.dispatchEvent(new CustomEvent("step", { detail: this.current }));
  }

  #tell() {
    const count = this.#items.length;
    const found = this.#index < 0 ? "total" : "count";
    const name = `viewer.${this.#name}_${count ? found : "none"}`;
    this.#count.textContent = this.#texts(name, { index: this.#index + 1, count });
    for (const part of this.parts) part.hidden = false;
    for (const one of this.#buttons) one.disabled = !count;
  }
}
