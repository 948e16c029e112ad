// Puts the parts of the page together. No decision is taken here.
import { Api } from "./api.js";
import { drawAppearance, startTheme } from "./appearance.js";
import { Code } from "./code.js";
import { button, element, freshId } from "./dom.js";
import { Downloads } from "./downloads.js";
import { explain } from "./failures.js";
import { bytes, duration, languageChanges, texts, translate } from "./i18n.js";
import { Inputs } from "./inputs.js";
import { Parameters } from "./parameters.js";
import { Queue, sentencesOf } from "./queue.js";
import { Reading } from "./reading.js";
import { Side } from "./side.js";
import { Stage } from "./stage.js";
import { Token } from "./token.js";
import { Views } from "./views.js";

const at = (id) => document.getElementById(id);

startTheme();
translate(document);

const announce = (text) => {
  at("announcements").textContent = text;
};
const api = new Api(new Token(at("dialogs")));
const views = new Views(at("desk"), at("views"));
const queue = new Queue(at("queue"), announce);
const stage = new Stage({
  title: at("page-title"), notice: at("page-notice"), welcome: at("welcome"), blank: at("blank"), room: at("viewer"),
});
const inputs = new Inputs(at("drop-veil"), at("dialogs"), take);
let settings = null;
let parameters = null;
let downloads = null;
let code = null;
let side = null;

// Wait for the settings of the server. Documents that are dropped meanwhile wait too.
const ready = connect();

async function connect() {
  for (;;) {
    try {
      settings = await api.settings();
      break;
    } catch (error) {
      if (error.reason === undefined) {
        throw error;
      }
      await askAgain(error);
    }
  }
  parameters = new Parameters(settings);
  parameters.addEventListener("change", changed);
  downloads = new Downloads(api, settings.formats, (text) => stage.say(text));
  code = new Code(settings, () => ({
    address: api.address, file: queue.chosen?.file.name ?? "document.pdf", fields: parameters.fields, signed: api.signed,
  }));
  side = new Side(at("settings-tabs"), [{ key: "settings.parameters", part: parameters }, { key: "settings.code", part: code }]);
  draw();
}

function askAgain(error) {
  const { what, hint } = explain(error);
  return new Promise((again) => {
    stage.say(`${what} ${hint}`, button(texts("app.again"), () => {
      stage.say("");
      again();
    }, { class: "plain" }));
    at("settings-tabs").replaceChildren(element("p", { class: "help" }, what));
  });
}

async function take(files) {
  await ready;
  for (const file of files) {
    add(file);
  }
}

function add(file) {
  const fields = parameters.fields;
  const reading = new Reading(api, file, fields, settings.maxUploadBytes);
  reading.doc.addEventListener("page", follow);
  reading.doc.addEventListener("state", follow);
  queue.add(reading, () => Parameters.describe(fields, settings));
  return reading;
}

// The buttons depend on whether there are pages, and whether all are there.
let followed = "";

function follow() {
  if (shapeOf(queue.chosen) !== followed) {
    drawActions();
  }
}

// Any reading with pages can be compared with, so it counts for the buttons of the chosen one.
function shapeOf(reading) {
  const comparable = queue.readings.filter((each) => each.doc.pages.size > 0).length;
  return `${reading?.doc.id} ${reading?.doc.state} ${reading?.doc.pages.size > 0} ${comparable}`;
}

function changed({ detail }) {
  if (detail.name === "preset") {
    side.draw(); // The defaults are those of the preset.
    at("settings-tabs").querySelector('[data-parameter="preset"]').focus();
  }
  code.refresh();
  drawActions();
}

function drawActions() {
  const reading = queue.chosen;
  followed = shapeOf(reading);
  const settingsButton = button(texts("settings.title"), () => {
    views.toggleSettings();
    drawActions();
    at("page-actions").querySelector(".settings-toggle").focus();
  }, { class: "plain settings-toggle", "aria-pressed": String(views.settingsShown) });
  const acts = reading === null ? [] : [...comparison(reading), ...downloads.draw(reading)];
  const room = at("page-actions");
  const focused = room.contains(document.activeElement) ? document.activeElement.textContent : null;
  room.replaceChildren(...acts, settingsButton);
  [...room.querySelectorAll("button")].find((each) => each.textContent === focused)?.focus();
}

// Read the same file with other settings, and choose another reading to compare with.
function comparison(reading) {
  const others = queue.readings.filter((each) => each !== reading && each.doc.pages.size > 0);
  const id = freshId("compare");
  const choice = element(
    "select",
    { id, class: "compare" },
    element("option", { value: "" }, texts("compare.none")),
    ...others.map((each) => element(
      "option",
      { value: each.doc.id, selected: stage.other === each.doc },
      `${each.file.name} · ${Parameters.describe(each.parameters, settings)}`,
    )),
  );
  choice.addEventListener("change", () => {
    stage.compare(others.find((each) => each.doc.id === choice.value)?.doc ?? null);
  });
  const again = button(texts("compare.again"), () => queue.choose(add(reading.file)), {
    class: "plain", title: texts("compare.again.help"),
  });
  const chooser = others.length === 0 ? [] : [element("label", { class: "visually-hidden", for: id }, texts("compare.with")), choice];
  return [...chooser, ...(differs(reading) ? [again] : [])];
}

function differs(reading) {
  const { password: _, ...fields } = reading.parameters;
  const { password: __, ...wanted } = parameters.fields;
  return JSON.stringify(fields) !== JSON.stringify(wanted);
}

function draw() {
  at("page-actions").hidden = false;
  inputs.draw(at("inputs"), { large: false });
  inputs.draw(at("welcome"), { large: true });
  at("welcome").append(element("p", { class: "welcome-limits" }, texts("inputs.limits", { size: bytes(settings.maxUploadBytes) })));
  at("promise").textContent = texts("promise", { time: duration(settings.retentionSeconds) });
  drawQueueFoot();
  drawActions();
}

function drawQueueFoot() {
  const several = queue.readings.length > 1;
  at("queue-foot").replaceChildren(
    ...(several ? [button(texts("queue.removeAll"), () => queue.removeAll(), { class: "quiet" })] : []),
  );
  at("documents").classList.toggle("empty", queue.readings.length === 0);
}

queue.addEventListener("change", () => {
  drawQueueFoot();
  drawActions();
});
queue.addEventListener("choose", () => {
  const reading = queue.chosen;
  stage.show(reading?.doc ?? null, () => (reading === null ? [] : sentencesOf(reading)));
  if (queue.chosen !== null) {
    views.show("page");
  }
  code?.refresh();
  drawActions();
});
languageChanges.addEventListener("language", () => {
  drawAppearance(at("appearance"));
  views.draw();
  queue.redraw();
  stage.redraw();
  if (settings !== null) {
    side.draw();
    draw();
  }
});
// The documents are in this tab alone, so leaving it in the middle of the work would lose them.
window.addEventListener("beforeunload", (event) => {
  if (queue.readings.some((reading) => !reading.ended)) {
    event.preventDefault();
  }
});
drawAppearance(at("appearance"));
inputs.draw(at("inputs"), { large: false });
inputs.draw(at("welcome"), { large: true });
stage.show(null);
