// The three parts of the page. On a narrow screen one is shown at a time; on a wide one the settings can be folded away.
import { button } from "./dom.js";
import { texts } from "./i18n.js";

const VIEWS = ["documents", "page", "settings"];
const WIDE = window.matchMedia("(min-width: 1680px)"); // Here there is room for the viewer and the settings.

export class Views {
  #desk;
  #root;

  constructor(desk, root) {
    this.#desk = desk;
    this.#root = root;
    desk.dataset.settings = WIDE.matches ? "shown" : "hidden";
    this.draw();
  }

  // Show a part on a narrow screen. On a wide one, all are there.
  show(view) {
    this.#desk.dataset.view = view;
    this.draw();
  }

  toggleSettings() {
    this.#desk.dataset.settings = this.settingsShown ? "hidden" : "shown";
    this.draw();
  }

  get settingsShown() {
    return this.#desk.dataset.settings === "shown";
  }

  draw() {
    const tabs = VIEWS.map((view) =>
      button(texts(`views.${view}`), () => this.show(view), {
        class: "view-tab", "aria-current": this.#desk.dataset.view === view ? "true" : null, "data-view": view,
      }));
    const focused = this.#root.contains(document.activeElement) ? document.activeElement.dataset.view : null;
    this.#root.replaceChildren(...tabs);
    this.#root.querySelector(`[data-view="${focused}"]`)?.focus();
  }
}
