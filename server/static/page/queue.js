// The list of documents: how far each is, and what can be done with it. Several are read at once.
import { button, element, freshId } from "./dom.js";
import { explain } from "./failures.js";
import { bytes, texts } from "./i18n.js";

export class Queue extends EventTarget {
  #root;
  #announce;
  #rows = new Map();

  // `announce` says something to screen readers.
  constructor(root, announce) {
    super();
    this.#root = root;
    this.#announce = announce;
    this.chosen = null;
  }

  get readings() {
    return [...this.#rows.keys()];
  }

  // Add a reading and start it.
  add(reading, about) {
    const row = new Row(reading, about, {
      open: () => this.choose(reading),
      remove: () => this.remove(reading),
    });
    this.#rows.set(reading, row);
    this.#root.append(row.element);
    reading.doc.addEventListener("state", () => this.#tell(reading));
    reading.start();
    if (this.chosen === null) {
      this.choose(reading);
    }
    this.dispatchEvent(new Event("change"));
  }

  choose(reading) {
    this.chosen = reading;
    for (const [each, row] of this.#rows) {
      row.mark(each === reading);
    }
    this.dispatchEvent(new Event("choose"));
  }

  remove(reading) {
    const after = this.readings[this.readings.indexOf(reading) + 1] ?? this.readings.at(-2) ?? null;
    this.#rows.get(reading).element.remove();
    this.#rows.delete(reading);
    reading.remove();
    if (this.chosen === reading) {
      this.choose(after);
    }
    this.#rows.get(after)?.focus();
    this.dispatchEvent(new Event("change"));
  }

  removeAll() {
    for (const reading of this.readings) {
      this.remove(reading);
    }
  }

  // Draw everything again, because the language changed.
  redraw() {
    for (const row of this.#rows.values()) {
      row.draw();
    }
  }

  #tell(reading) {
    const { state, name } = reading.doc;
    if (["done", "failed", "cancelled", "reconnecting"].includes(state)) {
      this.#announce(`${name}: ${statusOf(reading)}`);
    }
  }
}

class Row {
  #acts;
  #drawn = "";
  #waiting = false;

  constructor(reading, about, acts) {
    this.reading = reading;
    this.#acts = acts;
    this.about = about;
    this.status = element("span", { class: "entry-status" });
    this.name = element("span", { class: "entry-name" }, reading.file.name);
    this.under = element("span", { class: "entry-about" });
    this.open = button("", acts.open, { class: "entry-open" });
    this.open.append(this.name, this.under, this.status);
    this.progress = element("progress", { class: "entry-progress" });
    this.problem = element("div", { class: "entry-problem" });
    this.buttons = element("div", { class: "entry-acts" });
    this.element = element("li", { class: "entry" }, this.open, this.progress, this.problem, this.buttons);
    reading.addEventListener("change", () => this.#later());
    this.draw();
  }

  mark(chosen) {
    this.element.classList.toggle("chosen", chosen);
    this.open.setAttribute("aria-pressed", String(chosen));
  }

  focus() {
    this.open.focus();
  }

  // Pages may come faster than the screen shows them.
  #later() {
    if (!this.#waiting) {
      this.#waiting = true;
      setTimeout(() => {
        this.#waiting = false;
        this.draw(false);
      }, 50);
    }
  }

  draw(anew = true) {
    const { reading } = this;
    const { state } = reading.doc;
    this.element.dataset.state = state;
    this.name.title = reading.file.name;
    this.under.textContent = this.about();
    this.status.textContent = statusOf(reading);
    this.#drawProgress();
    const shape = `${state} ${reading.failure?.reason} ${reading.warnings.length}`;
    if (anew || shape !== this.#drawn) {
      this.#drawn = shape;
      this.#drawProblem();
      this.#drawButtons();
    }
  }

  #drawProgress() {
    const { reading, progress } = this;
    progress.hidden = reading.ended;
    progress.setAttribute("aria-label", texts("queue.progress", { name: reading.file.name }));
    if (reading.pagesWanted) {
      progress.max = reading.pagesWanted;
      progress.value = reading.pagesDone;
    } else {
      progress.removeAttribute("value");
    }
  }

  #drawProblem() {
    const { failure } = this.reading;
    if (failure === null) {
      this.problem.replaceChildren(...notesOf(this.reading));
      return;
    }
    const { what, hint } = explain(failure);
    const parts = [element("p", { class: "problem" }, what), element("p", {}, hint)];
    if (failure.reason === "encrypted") {
      parts.push(this.#password());
    }
    this.problem.replaceChildren(...parts);
  }

  #password() {
    const field = freshId("password");
    const input = element("input", { id: field, type: "password", autocomplete: "off", required: true, maxLength: 128 });
    const form = element(
      "form",
      { class: "entry-password" },
      element("label", { for: field }, texts("queue.password")),
      input,
      element("button", { class: "plain" }, texts("queue.unlock")),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.reading.parameters = { ...this.reading.parameters, password: input.value };
      this.reading.start();
    });
    return form;
  }

  #drawButtons() {
    const { reading } = this;
    const { state } = reading.doc;
    const focused = this.buttons.contains(document.activeElement);
    const named = (key) => ({ class: "quiet", "aria-label": texts(`${key}.named`, { name: reading.file.name }) });
    this.buttons.replaceChildren(
      ...(reading.ended ? [] : [button(texts("queue.cancel"), () => reading.cancel(), named("queue.cancel"))]),
      ...(["failed", "cancelled"].includes(state)
        ? [button(texts("queue.retry"), () => reading.start(), named("queue.retry"))]
        : []),
      ...(reading.ended ? [button(texts("queue.remove"), this.#acts.remove, named("queue.remove"))] : []),
    );
    if (focused) {
      (this.buttons.firstElementChild ?? this.open).focus();
    }
  }
}

// The warnings of the server about a document. Its words are English.
function notesOf({ warnings }) {
  if (warnings.length === 0) {
    return [];
  }
  const items = warnings.map(({ page, message }) =>
    element("li", {}, page === undefined ? message : `${texts("queue.page", { page })} ${message}`));
  return [
    element(
      "details",
      { class: "notes" },
      element("summary", {}, texts("queue.notes", { count: warnings.length })),
      element("ul", { lang: "en" }, ...items),
    ),
  ];
}

// The state of a reading in whole sentences: how far it is, and why it failed and what to do.
export function sentencesOf(reading) {
  const { what, hint } = reading.failure === null ? {} : explain(reading.failure);
  return what === undefined ? [statusOf(reading)] : [what, hint];
}

// How far a reading is, in words.
function statusOf(reading) {
  const { doc, pagesDone, pagesWanted } = reading;
  const failed = [...doc.pages.values()].filter((page) => page.failed).length;
  if (doc.state === "running" && pagesWanted) {
    return texts("state.pages", { done: pagesDone, total: pagesWanted });
  }
  if (doc.state === "done") {
    const count = doc.pages.size;
    return failed ? texts("state.doneWithFailed", { count, failed }) : texts("state.done", { count });
  }
  if (doc.state === "waiting") {
    return texts("state.waiting", { size: bytes(reading.file.size) });
  }
  return texts(`state.${doc.state}`);
}
