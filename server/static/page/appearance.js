// The switches of theme and language. Both are kept for this tab.
import { button, element } from "./dom.js";
import { LANGUAGES, language, setLanguage, texts } from "./i18n.js";

const KEPT = "ppocr-server theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

export function startTheme() {
  const kept = sessionStorage.getItem(KEPT);
  if (kept) {
    document.documentElement.dataset.theme = kept;
  }
}

function theme() {
  return document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");
}

export function drawAppearance(root) {
  const next = theme() === "dark" ? "light" : "dark";
  const switchTheme = button(texts(`top.${next}`), () => {
    document.documentElement.dataset.theme = next;
    sessionStorage.setItem(KEPT, next);
    drawAppearance(root);
    root.querySelector("[data-switch=theme]").focus();
  }, { class: "quiet", "data-switch": "theme" });
  const others = LANGUAGES.filter((name) => name !== language()).map((name) =>
    button(texts(`language.${name}`), () => {
      setLanguage(name);
      root.querySelector("[data-switch=language]").focus();
    }, { class: "quiet", lang: name === "zh" ? "zh-Hans" : name, "data-switch": "language" }));
  root.replaceChildren(switchTheme, ...others);
}
