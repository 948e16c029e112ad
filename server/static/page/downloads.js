// Takes results away: the text to the clipboard, or the whole document as a file.
import { copy } from "./clipboard.js";
import { button, element, freshId } from "./dom.js";
import { explain } from "./failures.js";
import { texts } from "./i18n.js";

const JSON_FORMAT = "json";
const PICTURES = ["inputImage", "ocrImage", "docPreprocessingImage"];

export class Downloads {
  #api;
  #formats;
  #notice;

  // `notice` shows a sentence above the page; an empty one hides it.
  constructor(api, formats, notice) {
    this.#api = api;
    this.#formats = formats;
    this.#notice = notice;
  }

  // The buttons for a reading.
  draw(reading) {
    const copyText = button(texts("take.copy"), async () => {
      this.#notice(texts((await copy(reading.doc.text)) ? "copied" : "notCopied"));
    }, { class: "plain", disabled: reading.doc.pages.size === 0 });
    return [copyText, this.#menu(reading)];
  }

  #menu(reading) {
    const id = freshId("formats");
    const ready = reading.doc.state === "done";
    const items = this.#formats.map((format) => {
      const extension = `.${format.extension}`;
      const label = element("span", {}, texts(`format.${format.name}`));
      const item = button("", () => {
        show(false);
        toggle.focus();
        this.#take(reading, format);
      }, { class: "menu-item", "data-format": format.name });
      item.append(label, element("span", { class: "menu-extension" }, extension));
      return element("li", {}, item);
    });
    const list = element("ul", { id, class: "menu", hidden: true }, ...items);
    const toggle = button(texts("take.download"), () => show(list.hidden), {
      class: "primary", disabled: !ready, "aria-expanded": "false", "aria-controls": id,
      title: ready ? null : texts("take.whenDone"),
    });
    function show(on) {
      list.hidden = !on;
      toggle.setAttribute("aria-expanded", String(on));
      if (on) {
        list.querySelector("button").focus();
      }
    }
    const menu = element("div", { class: "menu-room" }, toggle, list);
    menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !list.hidden) {
        show(false);
        toggle.focus();
      }
    });
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(event.relatedTarget)) {
        show(false);
      }
    });
    return menu;
  }

  async #take(reading, format) {
    this.#notice(texts("take.making", { format: texts(`format.${format.name}`) }));
    try {
      const blob = format.name === JSON_FORMAT
        ? await this.#json(reading)
        : await this.#api.result(reading.jobId, format.extension);
      save(blob, `${reading.file.name.replace(/\.[^.]*$/, "") || "document"}.${format.extension}`);
      this.#notice("");
    } catch (error) {
      if (error.reason === undefined) {
        throw error;
      }
      const { what, hint } = explain(error);
      this.#notice(`${what} ${hint}`);
    }
  }

  // The pages as JSON, without the pictures that only the page needed.
  async #json(reading) {
    const parts = ['{"ocrResults":['];
    for (let from = 1; ;) {
      const answer = await this.#api.pages(reading.jobId, from);
      for (const item of answer.ocrResults) {
        const kept = Object.fromEntries(Object.entries(item).filter(([name]) => !PICTURES.includes(name)));
        parts.push(parts.length > 1 ? "," : "", JSON.stringify(kept));
      }
      if (answer.complete || answer.next === from) {
        break;
      }
      from = answer.next;
    }
    parts.push("]}\n");
    return new Blob(parts, { type: "application/json" });
  }
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000); // The browser may ask the person for a place first.
}
