// The middle of the page: the chosen document in the viewer, or two documents side by side. As long as a document has no
// page to show, its state stands there in words.
import { element } from "./dom.js";
import { texts } from "./i18n.js";
import { Compare } from "./viewer/compare.js";
import { Viewer } from "./viewer/viewer.js";

export class Stage {
  #parts;
  #doc = null;
  #says = null;
  #viewer = null;
  #changed = () => this.#update();

  // `parts` are the elements: title, notice, welcome, blank, and the room of the viewer.
  constructor(parts) {
    this.#parts = parts;
    this.other = null;
  }

  // Show a document, or the welcome for null. `says` gives the sentences about its state.
  show(doc, says = null) {
    for (const event of ["page", "state"]) {
      this.#doc?.removeEventListener(event, this.#changed);
      doc?.addEventListener(event, this.#changed);
    }
    this.#doc = doc;
    this.#says = says;
    this.other = null;
    this.say("");
    this.redraw();
  }

  // Show another document beside this one; null for this one alone.
  compare(doc) {
    this.other = doc;
    this.redraw();
  }

  // Say a sentence above the document, with a button where something can be done. An empty one goes away.
  say(text, act = null) {
    this.#parts.notice.replaceChildren(text, ...(act === null ? [] : [act]));
    this.#parts.notice.hidden = text === "";
  }

  redraw() {
    const { title, welcome } = this.#parts;
    this.#empty();
    welcome.hidden = this.#doc !== null;
    title.textContent = this.#doc === null ? texts("page.title") : this.#doc.name;
    title.classList.toggle("visually-hidden", this.#doc === null);
    this.#update();
  }

  #update() {
    const { blank, room } = this.#parts;
    const shown = this.#doc !== null && this.#doc.pages.size > 0;
    room.hidden = !shown;
    blank.hidden = shown || this.#doc === null;
    if (!shown) {
      this.#empty();
      blank.replaceChildren(...(this.#says?.() ?? []).map((sentence) => element("p", {}, sentence)));
    } else if (this.#viewer === null) {
      this.#fill();
    }
  }

  #fill() {
    const { room } = this.#parts;
    if (this.other === null) {
      this.#viewer = new Viewer(room, { texts });
      this.#viewer.show(this.#doc);
    } else {
      this.#viewer = new Compare(room, { texts });
      this.#viewer.show(this.#doc, this.other);
    }
  }

  #empty() {
    this.#viewer?.destroy();
    this.#viewer = null;
    this.#parts.room.replaceChildren();
  }
}
