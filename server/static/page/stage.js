// The middle of the page: the chosen document in the viewer, or two documents side by side.
import { texts } from "./i18n.js";
import { Compare } from "./viewer/compare.js";
import { Viewer } from "./viewer/viewer.js";

export class Stage {
  #parts;
  #doc = null;
  #viewer = null;

  // `parts` are the elements: title, notice, welcome, and the room of the viewer.
  constructor(parts) {
    this.#parts = parts;
    this.other = null;
  }

  show(doc) {
    this.#doc = doc;
    this.other = null;
    this.say("");
    this.redraw();
  }

  // Show another document beside this one; null for this one alone.
  compare(doc) {
    this.other = doc;
    this.redraw();
  }

  // Say a sentence above the document. An empty one goes away.
  say(text) {
    this.#parts.notice.textContent = text;
    this.#parts.notice.hidden = text === "";
  }

  redraw() {
    const { title, welcome, room } = this.#parts;
    this.#viewer?.destroy?.();
    this.#viewer = null;
    room.replaceChildren();
    room.hidden = this.#doc === null;
    welcome.hidden = this.#doc !== null;
    title.textContent = this.#doc === null ? texts("page.title") : this.#doc.name;
    title.classList.toggle("visually-hidden", this.#doc === null);
    if (this.#doc === null) {
      return;
    }
    if (this.other === null) {
      this.#viewer = new Viewer(room, { texts });
      this.#viewer.show(this.#doc);
    } else {
      this.#viewer = new Compare(room, { texts });
      this.#viewer.show(this.#doc, this.other);
    }
  }
}
