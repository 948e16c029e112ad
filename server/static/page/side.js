// The panel at the side: the settings and the code of the same call, as tabs.
import { button, element, freshId } from "./dom.js";
import { texts } from "./i18n.js";

export class Side {
  #chosen = 0;
  #root;
  #tabs;

  // `tabs` are {key, part}; a part draws itself into an element.
  constructor(root, tabs) {
    this.#root = root;
    this.#tabs = tabs;
    this.draw();
  }

  draw() {
    const id = freshId("side");
    const buttons = this.#tabs.map(({ key }, place) =>
      button(texts(key), () => this.#choose(place), {
        role: "tab", class: "side-tab", id: `${id}-tab-${place}`, "aria-controls": `${id}-panel-${place}`,
        "aria-selected": String(place === this.#chosen), tabindex: place === this.#chosen ? "0" : "-1",
      }));
    const list = element("div", { role: "tablist", class: "side-tabs", "aria-label": texts("settings.title") }, ...buttons);
    list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        event.preventDefault();
        this.#choose((this.#chosen + step + this.#tabs.length) % this.#tabs.length);
      }
    });
    const panels = this.#tabs.map(({ part }, place) => {
      const panel = element("div", {
        role: "tabpanel", class: "side-panel", id: `${id}-panel-${place}`, "aria-labelledby": `${id}-tab-${place}`,
        hidden: place !== this.#chosen,
      });
      part.draw(panel);
      return panel;
    });
    this.#root.replaceChildren(list, ...panels);
  }

  #choose(place) {
    this.#chosen = place;
    this.#root.querySelectorAll("[role=tab]").forEach((tab, each) => {
      tab.setAttribute("aria-selected", String(each === place));
      tab.tabIndex = each === place ? 0 : -1;
    });
    this.#root.querySelectorAll("[role=tabpanel]").forEach((panel, each) => {
      panel.hidden = each !== place;
    });
    this.#root.querySelectorAll("[role=tab]")[place].focus();
  }
}
