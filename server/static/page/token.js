// Asks for the token where the server wants one. It is kept for this tab alone, and sent to this server alone.
import { button, element, freshId } from "./dom.js";
import { texts } from "./i18n.js";

const KEPT = "ppocr-server token";

export class Token {
  #asking = null;
  #root;

  constructor(root) {
    this.#root = root;
  }

  get value() {
    return sessionStorage.getItem(KEPT) ?? "";
  }

  // The headers of a request.
  get headers() {
    return this.value ? { Authorization: `Bearer ${this.value}` } : {};
  }

  // Ask for a token. All callers that ask meanwhile wait for the same answer. Null if the person gave none.
  ask() {
    this.#asking ??= this.#open().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  #open() {
    const wrong = this.value !== "";
    sessionStorage.removeItem(KEPT);
    const field = freshId("token");
    const input = element("input", {
      id: field, type: "password", autocomplete: "off", required: true, pattern: "[ -~]+", title: texts("token.pattern"),
      "aria-describedby": `${field}-about`,
    });
    const form = element(
      "form",
      { method: "dialog", class: "dialog-body" },
      element("h2", { id: `${field}-title` }, texts("token.title")),
      element("p", { id: `${field}-about` }, texts("token.about")),
      wrong && element("p", { class: "problem", role: "alert" }, texts("token.wrong")),
      element("label", { for: field }, texts("token.label")),
      input,
      element(
        "div",
        { class: "dialog-acts" },
        button(texts("token.later"), () => dialog.close(), { class: "plain" }),
        element("button", { class: "primary" }, texts("token.send")),
      ),
    );
    const dialog = element("dialog", { "aria-labelledby": `${field}-title` }, form);
    this.#root.append(dialog);
    return new Promise((given) => {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        sessionStorage.setItem(KEPT, input.value.trim());
        dialog.close();
      });
      dialog.addEventListener("close", () => {
        dialog.remove();
        given(this.value || null);
      });
      dialog.showModal();
    });
  }
}
