// Every parameter of a request as a control. The server gives the list and the defaults; the words are in texts/.
import { element, freshId } from "./dom.js";
import { hasText, texts } from "./i18n.js";

// Formats that are chosen here are made while the document is read. The page asks for its own ones in addition.
const FORMATS = "outputFormats";
const GROUPS = [
  ["reading", ["preset", "pages", "password", "pdfText", "useDocOrientationClassify", "useDocUnwarping",
    "useTextlineOrientation"]],
  ["detection", ["textDetLimitSideLen", "textDetLimitType", "textDetThresh", "textDetBoxThresh", "textDetUnclipRatio",
    "textRecScoreThresh"]],
  ["answer", [FORMATS, "returnWordBox", "visualize", "diagnostics"]],
  ["program", []],
];

export class Parameters extends EventTarget {
  #settings;
  #values = new Map();

  constructor(settings) {
    super();
    this.#settings = settings;
    this.#values.set(FORMATS, settings.formats.filter((format) => !format.later).map((format) => format.name).join(","));
  }

  // The fields that differ from the defaults, as text by name.
  get fields() {
    return Object.fromEntries([...this.#values].filter(([, value]) => value !== ""));
  }

  // What is different from the defaults, in words, for the list of documents.
  static describe(fields, settings) {
    const { preset = settings.preset, [FORMATS]: _, password: __, ...others } = fields;
    const words = Object.entries(others).map(([name, value]) => `${labelOf(name)}: ${valueText(value)}`);
    return [texts("parameters.preset", { name: preset }), ...words].join(" · ");
  }

  draw(root) {
    const known = GROUPS.flatMap(([, names]) => names);
    const byName = new Map(this.#settings.fields.map((field) => [field.name, field]));
    const others = [...byName.keys()].filter((name) => !known.includes(name));
    const groups = GROUPS.map(([group, names]) => {
      const fields = (group === "program" ? others : names).filter((name) => byName.has(name));
      const open = group === "reading";
      return element(
        "details",
        { class: "group", open },
        element("summary", {}, texts(`parameters.${group}`)),
        ...fields.map((name) => this.#control(byName.get(name))),
      );
    });
    root.replaceChildren(...groups);
  }

  #control({ name, schema, about }) {
    const id = freshId("parameter");
    const help = hasText(`parameter.${name}.help`) ? texts(`parameter.${name}.help`) : about;
    const control = name === FORMATS ? this.#formats(id) : this.#single(name, schema, id);
    const label = name === FORMATS
      ? element("span", { class: "label", id: `${id}-label` }, labelOf(name))
      : element("label", { class: "label", for: id }, labelOf(name));
    return element(
      "div",
      { class: "parameter", "data-name": name },
      element("div", { class: "parameter-head" }, label, element("code", {}, name)),
      control,
      element("p", { class: "help", id: `${id}-help` }, help),
    );
  }

  #single(name, schema, id) {
    const kind = (schema.anyOf ?? [schema]).find((each) => each.type !== "null");
    const common = { id, "aria-describedby": `${id}-help`, "data-parameter": name };
    const control = name === "preset" ? this.#presets(common) : controlOf(name, kind, common, this.#default(name));
    control.value = this.#values.get(name) ?? "";
    control.addEventListener(control.tagName === "SELECT" ? "change" : "input", () => {
      if (control.checkValidity()) {
        this.#set(name, control.value.trim());
      }
      control.setAttribute("aria-invalid", String(!control.validity.valid));
    });
    return control;
  }

  #presets(common) {
    const named = texts("parameters.default", { value: this.#settings.preset });
    return element(
      "select",
      common,
      element("option", { value: "" }, named),
      ...this.#settings.presets.map(({ name, installed }) =>
        element("option", { value: name, disabled: !installed }, installed ? name : texts("parameters.missing", { name }))),
    );
  }

  #formats(id) {
    const chosen = new Set(this.#values.get(FORMATS).split(",").filter(Boolean));
    const boxes = this.#settings.formats.filter((format) => !format.later).map(({ name }) => {
      const box = element("input", { type: "checkbox", value: name, checked: chosen.has(name) });
      box.addEventListener("change", () => {
        chosen[box.checked ? "add" : "delete"](name);
        this.#set(FORMATS, [...chosen].join(","));
      });
      return element("label", { class: "check" }, box, texts(`format.${name}`));
    });
    return element(
      "div",
      { role: "group", class: "checks", "aria-labelledby": `${id}-label`, "aria-describedby": `${id}-help` },
      ...boxes,
    );
  }

  // The value that a field has where a request leaves it out.
  #default(name) {
    const preset = this.#values.get("preset") || this.#settings.preset;
    return this.#settings.presets.find((each) => each.name === preset)?.defaults[name];
  }

  #set(name, value) {
    this.#values.set(name, value);
    this.dispatchEvent(new CustomEvent("change", { detail: { name } }));
  }
}

function labelOf(name) {
  return hasText(`parameter.${name}`) ? texts(`parameter.${name}`) : name;
}

function valueText(value) {
  return value === "true" || value === "false" ? texts(`parameters.${value}`) : value;
}

function controlOf(name, kind, common, given) {
  const none = hasText(`parameter.${name}.none`) ? texts(`parameter.${name}.none`) : texts("parameters.none");
  const shown = given === undefined ? none : valueText(String(given));
  const standard = element("option", { value: "" }, texts("parameters.default", { value: shown }));
  if (kind.type === "boolean") {
    const options = ["true", "false"].map((value) => element("option", { value }, texts(`parameters.${value}`)));
    return element("select", common, standard, ...options);
  }
  if (kind.enum) {
    const options = kind.enum.map((value) => {
      const key = `parameter.${name}.${value}`;
      return element("option", { value: String(value) }, hasText(key) ? texts(key) : String(value));
    });
    return element("select", common, standard, ...options);
  }
  const placeholder = texts("parameters.default", { value: shown });
  if (kind.type === "number" || kind.type === "integer") {
    const step = kind.type === "integer" ? "1" : "any";
    return element("input", { ...common, type: "number", step, ...bounds(kind), placeholder, inputmode: "decimal" });
  }
  const type = name === "password" ? "password" : "text";
  const maxLength = kind.maxLength === undefined ? {} : { maxlength: String(kind.maxLength) };
  return element("input", { ...common, type, placeholder, autocomplete: "off", spellcheck: "false", ...maxLength });
}

function bounds({ minimum, exclusiveMinimum, maximum }) {
  const least = minimum ?? exclusiveMinimum;
  return { ...(least === undefined ? {} : { min: String(least) }), ...(maximum === undefined ? {} : { max: String(maximum) }) };
}
