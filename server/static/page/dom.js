// Makes elements. Texts are always text content, never markup, because documents are strangers' words.

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) {
      continue;
    }
    if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), value);
    } else if (name === "class") {
      made.className = value;
    } else if (name in made && !name.includes("-") && typeof value !== "string") {
      made[name] = value;
    } else {
      made.setAttribute(name, value === true ? "" : value);
    }
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== false));
  return made;
}

export function button(label, onclick, properties = {}) {
  return element("button", { type: "button", onclick, ...properties }, label);
}

let ids = 0;

// An id that no other element has.
export function freshId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}
