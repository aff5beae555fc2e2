// The studio's form is its whole state: read as one text, restored from it, undone step by step.

export const form = document.getElementById("studio-form");
// What belongs to this photo alone, and no look or other photo gets.
const OF_ONE_PHOTO = ["frame", "mask", "pick", "left", "top", "right", "bottom", "upscale", "threesixty", "brackets"];

export function state() {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return new URLSearchParams(data).toString();
}

export function settings() {
  const values = new URLSearchParams(state());
  for (const name of OF_ONE_PHOTO) values.delete(name);
  return values.toString();
}

// What a state comes to: without what has no effect, and in one order.
export function meaning(text) {
  const values = new URLSearchParams(text);
  const without = (...names) => names.forEach((name) => values.delete(name));
  if (values.get("background") !== "color") without("color");
  if (values.get("background") !== "words") without("prompt", "seed");
  if (!values.get("shadow")) without("intensity", "direction");
  if (values.get("size") !== "own") without("width", "height");
  if (!values.get("pick")) without("left", "top");
  if (values.get("pick") !== "box") without("right", "bottom");
  if (!isCanvas(values.get("size"))) without("place");
  if (values.get("outline") === "0") without("outline");
  if (!values.get("overlay")) without("overlay_place", "overlay_size", "overlay_opacity", "overlay_margin");
  if (!values.get("match")) without("match_strength");
  for (const of of ["look", "sky"]) if (values.get(of) === "none") without(...namesOf(of));
  return JSON.stringify([...values].filter(([, value]) => value).sort());
}

// What changes a room's look or its new sky does nothing without one.
const namesOf = (of) => [...form.querySelectorAll(`.only-${of} input`)].map((field) => field.name);

// Whether a size is a canvas, on which the product stands somewhere.
export const isCanvas = (size) => !["auto", "croppedSubject", null].includes(size);

// Whether two states come to the same but for what belongs to one photo.
export function isAlike(one, other) {
  const [first, second] = [one, other].map((text) => {
    const values = new URLSearchParams(text);
    for (const name of OF_ONE_PHOTO) values.delete(name);
    return meaning(values.toString());
  });
  return first === second;
}

export function restore(text, { isOther = false } = {}) {
  const values = new URLSearchParams(text);
  for (const field of form.elements) {
    const { name, type } = field;
    if (!name || name === "csrfmiddlewaretoken" || (isOther && OF_ONE_PHOTO.includes(name))) continue;
    const value = values.get(name);
    if (type === "submit") continue; // says what is done, not how
    if (type === "radio") field.checked = (value ?? "") === field.value;
    else if (type === "checkbox") {
      field.checked = value !== null;
      if (["mask", "brackets"].includes(name) && value) field.value = value;
    } else field.value = value ?? "";
  }
  for (const row of form.querySelectorAll(".slider-row")) {
    const range = row.querySelector("input");
    row.querySelector("output").textContent = range.value + (range.dataset.unit ?? "");
  }
  // What was copied elsewhere, or made by programs, may name what isn't offered here.
  for (const name of ["look", "sky", "threesixty", "background", "edge", "pick", "size", "place", "format", "overlay", "match"]) {
    const offered = form.elements[name];
    if (offered && !offered.value) [...(offered.length ? offered : [offered])].forEach((one, index) => { one.checked = index === 0; });
  }
  if (form.elements.model && !form.elements.model.value) form.elements.model.selectedIndex = 0;
  begunWith();
}

// --- What the form has no choice for, and keeps ----------------------------------------------------

const note = document.getElementById("kept-note"); // not of rooms, whose form has all there is
const noteWords = JSON.parse(note?.dataset.words ?? "{}");
const SIZES = ["size", "width", "height", "padding", "place"];
// What has to be chosen for a part to be there at all.
const THERE = {
  shadow: ({ shadow }) => shadow.value,
  outline: ({ outline }) => outline.value !== "0",
  overlay: ({ overlay }) => overlay?.value,
  colorReference: ({ match }) => match?.value,
  light: ({ light }) => light.checked,
  background: ({ background }) => background.value === "kept",
  layout: () => sizes() === sizesBefore,
};
let sizesBefore = "";

const sizes = () => SIZES.map((name) => form.elements[name].value).join(" ");

function keptParts() {
  try {
    const { was, shown } = JSON.parse(form.elements.kept.value);
    return Object.keys(was).filter((part) => JSON.stringify(was[part]) !== JSON.stringify(shown[part]));
  } catch {
    return [];
  }
}

function tellKept() {
  const parts = keptParts();
  form.querySelector('[name="background"][value="kept"]').closest("label").hidden = !parts.includes("background");
  const now = parts.filter((part) => THERE[part]?.(form.elements) ?? true);
  note.hidden = !now.length;
  note.querySelector("span").textContent = now.map((part) => noteWords[part] ?? part).join(", ");
}

function begunWith() {
  if (!note) return;
  sizesBefore = sizes();
  tellKept();
}

if (note) form.addEventListener("input", tellKept);

// --- Steps that can be undone ---------------------------------------------------------------------

const MOST = 200;
const past = [];
const ahead = [];
let now = "";
let tell = () => {};

export function begin(told) {
  begunWith();
  tell = told;
  now = state();
  tell();
}

export function remember() {
  const next = state();
  if (next === now) return false;
  past.push(now);
  ahead.length = 0;
  now = next;
  if (past.length > MOST) past.shift();
  tell();
  return true;
}

function step(from, to) {
  if (!from.length) return false;
  to.push(now);
  now = from.pop();
  restore(now);
  tell();
  return true;
}

export const undo = () => step(past, ahead);
export const redo = () => step(ahead, past);
export const canUndo = () => past.length > 0;
export const canRedo = () => ahead.length > 0;
