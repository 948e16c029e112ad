// Paints a page's picture on a canvas, as large as it is shown. An <img> would be simpler, but browsers keep what they
// decoded for it long after it is gone: hundreds of megabytes for a long document. A canvas is let go at once.

import { element } from "./dom.js";

export class Picture {
  #blob;
  #page;
  #wanted = 0;

  /**
   * @param {Blob} blob the picture, in any form that the browser decodes
   * @param {{width: number, height: number}} page in pixels; the picture covers all of it
   */
  constructor(blob, page) {
    this.#blob = blob;
    this.#page = page;
    this.canvas = element("canvas", { class: "viewer-picture", width: 0, height: 0 });
  }

  /**
   * Paint for a width in CSS pixels; no more than the page has. Rejects where the picture cannot be decoded.
   */
  async paint(width) {
    const across = Math.max(1, Math.min(this.#page.width, Math.ceil(width * window.devicePixelRatio)));
    if (across === this.#wanted) return;
    this.#wanted = across;
    const down = Math.max(1, Math.round((across * this.#page.height) / this.#page.width));
    const size = { resizeWidth: across, resizeHeight: down, resizeQuality: "high" };
    const bitmap = await createImageBitmap(this.#blob, size);
    // In the meantime another size may be wanted, or none any more.
    if (this.#wanted === across) {
      this.canvas.width = across;
      this.canvas.height = down;
      this.canvas.getContext("2d").drawImage(bitmap, 0, 0);
    }
    bitmap.close();
  }

  /** Free the memory. */
  release() {
    this.#wanted = 0;
    this.canvas.width = 0;
    this.canvas.height = 0;
    this.canvas.remove();
  }
}
