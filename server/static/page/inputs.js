// Takes documents: dropped anywhere, pasted, chosen or photographed.
import { takePhoto } from "./camera.js";
import { button, element } from "./dom.js";
import { texts } from "./i18n.js";

export class Inputs {
  #take;
  #dialogs;

  // `take` gets the files.
  constructor(veil, dialogs, take) {
    this.#take = take;
    this.#dialogs = dialogs;
    dropOn(veil, take);
    document.addEventListener("paste", (event) => {
      const files = [...event.clipboardData.files].map(named);
      if (files.length) {
        event.preventDefault();
        take(files);
      }
    });
  }

  // Draw the ways in: large on the empty page, small above the queue.
  draw(root, { large }) {
    const chooser = this.#chooser();
    const choose = button(texts("inputs.choose"), () => chooser.click(), { class: "primary" });
    const photo = button(texts(large ? "inputs.photo" : "inputs.photo.short"), () => this.#photograph(), { class: "plain" });
    const acts = element("div", { class: "input-acts" }, choose, photo);
    const about = large
      ? [
          element("p", { class: "welcome-title" }, texts("inputs.title")),
          element("p", { class: "welcome-about" }, texts("inputs.about")),
        ]
      : [element("p", { class: "inputs-about" }, texts("inputs.short"))];
    root.replaceChildren(element("div", { class: large ? "inputs large" : "inputs" }, ...about, acts, chooser));
  }

  #chooser() {
    const chooser = element("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1" });
    chooser.setAttribute("aria-hidden", "true"); // Its button stands for it.
    chooser.addEventListener("change", () => {
      this.#take([...chooser.files]);
      chooser.value = "";
    });
    return chooser;
  }

  async #photograph() {
    const photo = await takePhoto(this.#dialogs);
    if (photo !== null) {
      this.#take([photo]);
    }
  }
}

function dropOn(veil, take) {
  let depth = 0;
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  const show = (on) => {
    veil.hidden = !on;
  };
  document.addEventListener("dragenter", (event) => {
    if (holdsFiles(event)) {
      depth += 1;
      show(true);
    }
  });
  document.addEventListener("dragleave", (event) => {
    if (holdsFiles(event)) {
      depth -= 1;
      show(depth > 0);
    }
  });
  document.addEventListener("dragover", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    }
  });
  document.addEventListener("drop", (event) => {
    if (holdsFiles(event)) {
      event.preventDefault();
      depth = 0;
      show(false);
      take([...event.dataTransfer.files]);
    }
  });
}

// Every pasted picture has the same name.
function named(file) {
  if (file.name && file.name !== "image.png") {
    return file;
  }
  const time = new Date().toTimeString().slice(0, 8).replaceAll(":", "-");
  return new File([file], `pasted ${time}.png`, { type: file.type });
}
