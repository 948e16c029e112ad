// The panel with the code of the same call.
import { copy } from "./clipboard.js";
import { button, element, freshId } from "./dom.js";
import { texts } from "./i18n.js";
import { KINDS, snippet } from "./snippets.js";

const FORMAT = "text";

export class Code {
  #settings;
  #call;
  #kind = KINDS[0];
  #format;
  #shown = null;

  // `call` gives the address, the name of the file, the fields and whether a token is sent.
  constructor(settings, call) {
    this.#settings = settings;
    this.#call = call;
    this.#format = settings.formats.find((format) => format.name === FORMAT) ?? settings.formats[0];
  }

  draw(root) {
    const id = freshId("code");
    const kinds = KINDS.map((kind) =>
      button(texts(`code.${kind}`), () => {
        this.#kind = kind;
        this.draw(root);
        root.querySelector(`[data-kind="${kind}"]`).focus();
      }, { class: "choice", "aria-pressed": String(kind === this.#kind), "data-kind": kind }));
    const formats = element(
      "select",
      { id },
      ...this.#settings.formats.map(({ name }) =>
        element("option", { value: name, selected: name === this.#format.name }, texts(`format.${name}`))),
    );
    formats.addEventListener("change", () => {
      this.#format = this.#settings.formats.find((format) => format.name === formats.value);
      this.refresh();
    });
    this.#shown = element("code", {});
    const copied = element("span", { role: "status", class: "copied" });
    root.replaceChildren(
      element("p", { class: "help" }, texts("code.about")),
      element("div", { class: "choices", role: "group", "aria-label": texts("code.languages") }, ...kinds),
      element("div", { class: "code-format" }, element("label", { for: id }, texts("code.format")), formats),
      element("pre", { class: "code", tabindex: "0", "aria-label": texts(`code.${this.#kind}`) }, this.#shown),
      element(
        "div",
        { class: "code-acts" },
        button(texts("code.copy"), async () => {
          copied.textContent = texts((await copy(this.#shown.textContent)) ? "copied" : "notCopied");
        }, { class: "plain" }),
        copied,
      ),
    );
    this.refresh();
  }

  // Write it again, because the call changed.
  refresh() {
    if (this.#shown !== null) {
      this.#shown.textContent = snippet(this.#kind, { ...this.#call(), format: this.#format });
    }
  }
}
