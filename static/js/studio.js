// A picture in the studio: what is chosen in the form is shown on the stage, by the server's own rendering.
//
// The form is the whole state (studio-form.js). Where a result was made of the same choices, that result is
// seen in full; anything else is a preview. Without this file the form is sent as it is.

import { toast } from "./toasts.js";
import * as colors from "./studio-colors.js";
import { begin, canRedo, canUndo, form, isAlike, meaning, redo, remember, restore, settings, state, undo } from "./studio-form.js";
import * as pick from "./studio-pick.js";
import "./studio-keys.js";
import "./studio-place.js";
import { previewer } from "./studio-preview.js";
import * as results from "./studio-results.js";
import * as stage from "./studio-stage.js";

const root = document.getElementById("studio");
const words = root.dataset;
const size = document.getElementById("result-size");
const told = document.getElementById("stage-state");
const save = document.getElementById("save");
const download = document.getElementById("download");
// Choices for rooms and for products are kept apart.
const CLIPBOARD = `packshot-studio-settings${words.of ?? ""}`;
const UNSAVED = `packshot-unsaved-${words.id}${words.of ?? ""}`;
const TOOL = "packshot-studio-tool";

// --- What is seen: a result in full, or a preview ---------------------------------------------------

// Results by what their choices mean; work that was asked for here, by its job.
const known = new Map();
let asked = null;
let isDownloadDue = false;
// Whether the result that is seen is none of what is chosen.
let isUnlike = false;
// What another page asked for just now: it is shown when it is there, unless somebody has gone on meanwhile.
let awaited = results.isWorking() ? results.newest().job : "";

const preview = previewer(words.preview, {
  busy: stage.busy,
  async show({ blob, size: text, ignored }) {
    const isMerged = form.elements.brackets?.checked;
    stage.seeBefore(isMerged ? results.entries().find((one) => one.before)?.before : "");
    await stage.seePreview(blob, text);
    tellIgnored(ignored);
    pick.end();
    tellPicked(false);
    document.getElementById("not-cut-out")?.remove();
    say(words.textPreview, text);
  },
  fail({ code, message, isAskedAgain }) {
    // A product that was picked has to be looked for, which may take longer than one preview is waited for.
    if (isAskedAgain && code !== "RATE_LIMITED") return say(words.textComing, "");
    tellPicked(code === "NOT_CUT_OUT" && Boolean(form.elements.pick?.value));
    if (code !== "NOT_CUT_OUT") say(message || words.textAway, "");
    else if (results.current()) say(words.textNotCut, "");
    else say(words.textOriginal, `${words.width} × ${words.height}`);
  },
});

// What comes next where a product was picked that no cutout is made of yet.
function tellPicked(is) {
  const note = document.getElementById("pick-note");
  if (note) note.hidden = !is || results.isWorking();
}

// The words of a description that changed nothing.
function tellIgnored(text) {
  const line = document.getElementById("not-understood");
  if (line) line.textContent = text;
}

// What is seen, in words; while what is chosen is being saved, that.
let seen = told.textContent;

function say(text, pixels) {
  seen = text;
  size.textContent = pixels;
  tell();
}

function tell() {
  told.textContent = asked && asked.meaning === meaning(state()) ? words.textSaving : seen;
}

function learn() {
  for (const entry of results.entries()) {
    const key = entry.state && meaning(entry.state);
    if (key && !known.has(key)) known.set(key, entry.id);
  }
}

function saved() {
  const id = known.get(meaning(state()));
  return id && results.entries().find((entry) => entry.id === id);
}

function see() {
  const entry = saved();
  isUnlike = false;
  const chosen = settings();
  for (const look of document.querySelectorAll("[data-look-state]")) {
    if (isAlike(look.dataset.lookState, chosen)) look.setAttribute("aria-current", "true");
    else look.removeAttribute("aria-current");
  }
  save.disabled = Boolean(entry);
  save.classList.toggle("primary", !entry);
  download.classList.toggle("primary", Boolean(entry));
  if (entry) {
    sessionStorage.removeItem(UNSAVED);
    return seeResult(entry);
  }
  sessionStorage.setItem(UNSAVED, state());
  results.mark(results.current()?.id ?? "", { isPreview: true });
  if (isUnfinished()) return say(pick.isDue() ? words.textPick : words.textWordsLater, "");
  say(words.textComing, "");
  return preview.soon();
}

function seeResult(entry) {
  preview.drop();
  tellPicked(false);
  download.classList.remove("off");
  download.href = entry.download;
  results.mark(entry.id);
  say(words.textSaved, `${entry.width} × ${entry.height} · ${entry.about}`);
  return stage.seeResult(entry.url, Number(entry.width), Number(entry.height), entry.before);
}

function isUnfinished() {
  const { background, prompt, size: chosen, width, height } = form.elements;
  if (words.of === "room") return false;
  if (pick.isDue()) return true;
  const hasNoWords = background.value === "words" && (!prompt.value.trim() || !words.wordsDrawn);
  return hasNoWords || (chosen.value === "own" && !(width.value && height.value));
}

function seeUnlike(entry) {
  isUnlike = true;
  return seeResult(entry);
}

// What the studio's choices can't make, a photo that was only cropped, say, is seen and leaves them as they are.
function show(entry) {
  if (!entry.state) return seeUnlike(entry);
  restore(entry.state);
  remember();
  known.set(meaning(state()), entry.id);
  colors.show();
  return see();
}

function changed(by) {
  learn();
  const newest = results.newest();
  if (asked && by === form) asked.job = newest.job;
  const entry = asked?.job && results.entries().find((one) => one.job === asked.job);
  if (entry) {
    known.set(asked.meaning, entry.id);
    asked = null;
    stage.seeAfter();
    see();
    if (isDownloadDue) download.click();
    isDownloadDue = false;
    return;
  }
  const arrived = awaited && results.entries().find((one) => one.job === awaited);
  if (arrived && !canUndo()) {
    awaited = "";
    show(arrived);
    return;
  }
  if (["failed", "cancelled"].includes(newest.jobState)) forget();
  // What was shown is in the trash: the newest of what is left takes its place.
  if (results.current()) results.mark(results.current().id, { isPreview: !saved() });
  else if (!asked && results.entries().length) show(results.entries()[0]);
  else if (!results.isWorking() && document.getElementById("not-cut-out") === null) see();
}

function forget() {
  asked = null;
  isDownloadDue = false;
  tell();
}

results.follow({ show, changed });

// --- Saving ---------------------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  if (event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  pick.leave();
  tellPicked(false);
  asked = { meaning: meaning(state()), job: "" };
  document.getElementById("studio-errors").replaceChildren();
  tell();
  colors.use();
  window.htmx.ajax("POST", form.action, { source: form, target: "#results", swap: "outerHTML" });
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, successful } = event.detail;
  // A refusal that says where it wants to be read counts as successful (site.js).
  if (elt === form && (!successful || xhr.status >= 400)) forget();
});

// What is not saved yet is saved first.
download.addEventListener("click", (event) => {
  if (saved() || isUnlike || download.classList.contains("off")) return;
  event.preventDefault();
  isDownloadDue = true;
  form.requestSubmit();
});

// --- Choices --------------------------------------------------------------------------------------

form.addEventListener("input", (event) => {
  const { name, id } = event.target;
  if (id === "look-name") return;
  if (name === "color") {
    form.querySelector('[name="background"][value="color"]').checked = true;
    colors.show();
  }
  if (name === "prompt") {
    form.elements.seed.value = "";
    document.getElementById("variants")?.replaceChildren();
    tellIgnored("");
  }
  // The room that belongs to a canvas, as long as nobody chose another.
  if (name === "size") {
    form.elements.padding.value = event.target.dataset.padding;
    form.elements.padding.dispatchEvent(new Event("input", { bubbles: true }));
    if (event.target.value === "own" && !form.elements.width.value) {
      const [width, height] = size.textContent.match(/\d+/g) ?? [words.width, words.height];
      form.elements.width.value = width;
      form.elements.height.value = height;
    }
  }
  see();
});

form.addEventListener("change", (event) => {
  if (event.target.id !== "look-name") remember();
});

// Four seeds of the same words, from which one is chosen.
async function variants() {
  const box = document.getElementById("variants");
  if (!form.elements.prompt.value.trim()) return form.elements.prompt.focus();
  box.replaceChildren();
  // Four that follow each other are four moods (backdrops/variety.py), the first as the words say.
  const first = 4 * Math.floor(25 + Math.random() * 250_000);
  stage.busy(true);
  for (let number = 0; number < 4; number += 1) {
    const seed = String(first + number);
    const answer = await preview.fetched({ background: "words", seed }).catch(() => ({}));
    if (!answer.blob) {
      say(answer.message || words.textAway, "");
      break;
    }
    tellIgnored(answer.ignored);
    box.append(variant(box, seed, answer.blob, `${form.elements.prompt.value}, ${number + 1}`));
  }
  return stage.busy(false);
}

function variant(box, seed, blob, name) {
  const choice = document.createElement("button");
  choice.type = "button";
  choice.setAttribute("aria-pressed", "false");
  const picture = document.createElement("img");
  picture.src = URL.createObjectURL(blob);
  picture.alt = name;
  choice.append(picture);
  choice.addEventListener("click", () => {
    form.elements.seed.value = seed;
    for (const other of box.children) other.setAttribute("aria-pressed", String(other === choice));
    remember();
    see();
  });
  return choice;
}

async function saveLook() {
  const name = document.getElementById("look-name");
  if (!name.value.trim()) return name.focus();
  const body = new FormData(form);
  body.set("name", name.value.trim());
  const response = await fetch(words.look, { method: "POST", body }).catch(() => null);
  const answer = (await response?.json().catch(() => null)) ?? {};
  toast({ text: answer.message ?? words.textAway, level: response?.ok ? "success" : "error", stays: false });
  if (response?.ok) name.value = "";
  return undefined;
}

// --- Buttons and keys -------------------------------------------------------------------------------

function button(name) {
  return document.querySelector(`[data-do="${name}"]`);
}

function back(step) {
  if (!step()) return;
  colors.show();
  pick.draw();
  see();
}

// Choices of another picture or a look; the crop and the mask of this one stay.
function take(text) {
  restore(text, { isOther: true });
  remember();
  colors.show();
  see();
}

document.addEventListener("click", (event) => {
  const look = event.target.closest("[data-look-state]");
  if (!look || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  take(look.dataset.lookState);
});

const DO = {
  undo: () => back(undo),
  redo: () => back(redo),
  copy: () => {
    localStorage.setItem(CLIPBOARD, settings());
    button("paste").disabled = false;
    toast({ text: words.textCopied });
  },
  paste: () => {
    take(localStorage.getItem(CLIPBOARD) ?? settings());
    toast({ text: words.textPasted });
  },
  pick: pick.toggle,
  variants,
  "save-look": saveLook,
};

document.addEventListener("click", (event) => DO[event.target.closest("[data-do]")?.dataset.do]?.());

document.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range])")) return;
  if (!event.ctrlKey && !event.metaKey) return;
  if (event.key.toLowerCase() === "z") {
    event.preventDefault();
    (event.shiftKey ? DO.redo : DO.undo)();
  } else if (event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!save.disabled) form.requestSubmit();
  }
});

// --- The start ------------------------------------------------------------------------------------

document.addEventListener("change", (event) => {
  if (event.target.name === "tool") sessionStorage.setItem(TOOL, event.target.value);
});

function start() {
  const tool = document.getElementById(`tool-${sessionStorage.getItem(TOOL)}`);
  if (tool && tool.value !== "results") tool.checked = true;
  button("paste").disabled = localStorage.getItem(CLIPBOARD) === null;
  learn();
  const current = results.current();
  if (current?.state && !("ownChoices" in words)) known.set(meaning(state()), current.id);
  begin(() => {
    button("undo").disabled = !canUndo();
    button("redo").disabled = !canRedo();
  });
  const unsaved = sessionStorage.getItem(UNSAVED);
  const isNews = unsaved && ![...known.keys(), meaning(state())].includes(meaning(unsaved));
  if (isNews && !("ownChoices" in words)) {
    restore(unsaved);
    remember();
    toast({ text: words.textBack });
  }
  colors.show();
  if (current && !current.state && !canUndo()) seeUnlike(current);
  else if (current || document.getElementById("not-cut-out") === null) see();
}

start();
