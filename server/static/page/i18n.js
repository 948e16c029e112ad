// Translates. The words are in texts/, one file for each language. A change of the language is told by the event "language".
import en from "./texts/en.js";
import zh from "./texts/zh.js";
import viewerEn from "./texts/viewer_en.js";
import viewerZh from "./texts/viewer_zh.js";

const KEPT = "ppocr-server language";
const WORDS = { en: { ...viewerEn, ...en }, zh: { ...viewerZh, ...zh } };
const TAGS = { en: "en", zh: "zh-Hans" };

export const LANGUAGES = Object.keys(WORDS);
export const languageChanges = new EventTarget();

let current = chosen();

function chosen() {
  const kept = sessionStorage.getItem(KEPT);
  if (LANGUAGES.includes(kept)) {
    return kept;
  }
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith("zh")) ? "zh" : "en";
}

export function language() {
  return current;
}

export function setLanguage(name) {
  current = name;
  sessionStorage.setItem(KEPT, name);
  translate(document);
  languageChanges.dispatchEvent(new Event("language"));
}

// The text of a key. {name} in it is replaced by the value of this name. A value "count" chooses between key.one and
// key.other where there are both.
export function texts(key, values = {}) {
  const words = WORDS[current];
  let text = words[key];
  if (text === undefined && "count" in values) {
    text = words[`${key}.${new Intl.PluralRules(TAGS[current]).select(values.count)}`] ?? words[`${key}.other`];
  }
  if (text === undefined) {
    return key;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return typeof value === "number" ? value.toLocaleString(TAGS[current]) : value ?? whole;
  });
}

export function hasText(key) {
  return key in WORDS[current];
}

// Fills the elements of a tree that name a text: data-text for their content, data-label for their name.
export function translate(root) {
  document.documentElement.lang = TAGS[current];
  for (const each of root.querySelectorAll("[data-text]")) {
    each.textContent = texts(each.dataset.text);
  }
  for (const each of root.querySelectorAll("[data-label]")) {
    each.setAttribute("aria-label", texts(each.dataset.label));
  }
}

// A span of time in words: "2 hours", "90 minutes".
export function duration(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const [unit, length] = units.find(([, size]) => size === 1 || (seconds >= size && seconds % size === 0));
  return new Intl.NumberFormat(TAGS[current], { style: "unit", unit, unitDisplay: "long" }).format(seconds / length);
}

// A number of bytes in words: "200 MB".
export function bytes(count) {
  const mebibytes = count / 1024 / 1024;
  return `${mebibytes.toLocaleString(TAGS[current], { maximumFractionDigits: mebibytes < 10 ? 1 : 0 })} MB`;
}
