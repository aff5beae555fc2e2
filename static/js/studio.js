// The studio: what is chosen in the form is shown on the stage, by the server's own rendering.
//
// The form is the whole state. So undo is a list of what forms held, settings are copied as one, and
// without this file the form is sent as it is.

import { toast } from "./toasts.js";

const root = document.querySelector(".studio");
const form = document.getElementById("studio-form");
const stage = document.getElementById("stage");
const view = document.getElementById("view");
const preview = document.getElementById("preview");
const size = document.getElementById("result-size");
const CALM_MS = 180;
const CLIPBOARD = "packshot-studio-settings";

for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;

// --- State: everything in the form but the token -------------------------------------------------

function state() {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  return new URLSearchParams(data).toString();
}

function restore(text) {
  const values = new URLSearchParams(text);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrfmiddlewaretoken") continue;
    if (field.type === "radio") field.checked = values.get(field.name) === field.value;
    else if (field.type === "checkbox") field.checked = values.has(field.name);
    else field.value = values.get(field.name) ?? "";
    if (field.type === "range") field.dispatchEvent(new Event("input", { bubbles: false }));
  }
  for (const row of form.querySelectorAll(".slider-row")) {
    const range = row.querySelector("input");
    row.querySelector("output").textContent = range.value + (range.dataset.unit ?? "");
  }
  // What was copied elsewhere may name a background that isn't shown here.
  if (!form.elements.background.value) form.elements.background.value = "transparent";
  swatch();
}

const past = [];
const ahead = [];
let now = state();

function remember() {
  const next = state();
  if (next === now) return;
  past.push(now);
  ahead.length = 0;
  now = next;
  if (past.length > 200) past.shift();
  tell();
}

function step(from, to) {
  if (!from.length) return;
  to.push(now);
  now = from.pop();
  restore(now);
  tell();
  show();
}

function tell() {
  button("undo").disabled = past.length === 0;
  button("redo").disabled = ahead.length === 0;
}

function button(name) {
  return document.querySelector(`[data-do="${name}"]`);
}

// --- Preview: one at a time, and always the newest state ------------------------------------------

let wanted = false;
let running = false;
let timer = 0;
let working = "working" in root.dataset;

function show() {
  clearTimeout(timer);
  timer = setTimeout(ask, CALM_MS);
}

async function fetched(changes = {}) {
  const body = new FormData(form);
  for (const [name, value] of Object.entries(changes)) body.set(name, value);
  return fetch(root.dataset.preview, { method: "POST", body, headers: { Accept: "image/webp, application/json" } });
}

async function ask() {
  if (running) {
    wanted = true;
    return;
  }
  running = true;
  wanted = false;
  stage.classList.add("busy");
  try {
    await shown(await fetched());
  } catch {
    toast({ text: root.dataset.textAway, level: "error", stays: false });
  } finally {
    running = false;
    stage.classList.toggle("busy", wanted);
  }
  if (wanted) ask();
}

async function shown(response) {
  if (response.ok && response.headers.get("Content-Type") === "image/webp") {
    const old = preview.src;
    preview.src = URL.createObjectURL(await response.blob());
    if (old) URL.revokeObjectURL(old);
    await preview.decode();
    preview.hidden = false;
    stage.classList.add("shown");
    document.getElementById("not-cut-out")?.remove();
    size.textContent = response.headers.get("X-Result-Size") ?? "";
    return;
  }
  const told = response.headers.get("Content-Type")?.startsWith("application/json") ? await response.json() : {};
  if (told.code === "NOT_CUT_OUT") {
    // The job that was asked for is still under way.
    if (working) setTimeout(ask, 1000);
  } else if (told.code === "RATE_LIMITED") {
    setTimeout(ask, 5000);
  } else {
    size.textContent = told.message ?? root.dataset.textAway;
  }
}

// --- Choices --------------------------------------------------------------------------------------

function swatch() {
  document.getElementById("color-swatch").style.setProperty("--color", form.elements.color.value);
}

form.addEventListener("input", (event) => {
  if (event.target.name === "color") {
    form.querySelector('[name="background"][value="color"]').checked = true;
    swatch();
  }
  // On a canvas of its own a product wants some room.
  if (event.target.name === "size" && event.target.value !== "auto" && form.elements.padding.value === "0") {
    form.elements.padding.value = "8";
    form.elements.padding.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (event.target.name === "prompt") {
    form.elements.seed.value = "";
    document.getElementById("variants")?.replaceChildren();
  }
  if (event.target.id === "look-name" || unfinished()) return;
  show();
});

form.addEventListener("change", (event) => {
  if (event.target.id !== "look-name") remember();
});

function unfinished() {
  return form.elements.background.value === "words" && (!form.elements.prompt.value.trim() || !root.dataset.wordsDrawn);
}

// Four seeds of the same words, from which one is chosen.
async function variants() {
  const box = document.getElementById("variants");
  if (!form.elements.prompt.value.trim()) {
    form.elements.prompt.focus();
    return;
  }
  box.replaceChildren();
  const first = Math.floor(Math.random() * 1_000_000);
  stage.classList.add("busy");
  for (let number = 0; number < 4; number += 1) {
    const seed = String(first + number);
    const response = await fetched({ background: "words", seed });
    if (response.status !== 200) {
      await shown(response);
      break;
    }
    const choice = document.createElement("button");
    choice.type = "button";
    choice.setAttribute("aria-pressed", "false");
    const picture = document.createElement("img");
    picture.src = URL.createObjectURL(await response.blob());
    picture.alt = `${form.elements.prompt.value}, ${number + 1}`;
    choice.append(picture);
    choice.addEventListener("click", () => {
      form.elements.seed.value = seed;
      for (const other of box.children) other.setAttribute("aria-pressed", String(other === choice));
      remember();
      ask();
    });
    box.append(choice);
  }
  stage.classList.remove("busy");
}

async function saveLook() {
  const name = document.getElementById("look-name");
  if (!name.value.trim()) {
    name.focus();
    return;
  }
  const body = new FormData(form);
  body.set("name", name.value.trim());
  const response = await fetch(root.dataset.look, { method: "POST", body });
  const told = await response.json().catch(() => ({}));
  toast({ text: told.message ?? root.dataset.textAway, level: response.ok ? "success" : "error", stays: false });
  if (response.ok) name.value = "";
}

// --- Zoom and pan ---------------------------------------------------------------------------------

let zoom = 1;
let offset = { x: 0, y: 0 };
const touches = new Map();

// How many pixels of the screen one pixel of the picture takes without any zoom.
function fitted() {
  const picture = preview.hidden ? document.getElementById("original") : preview;
  if (!picture?.naturalWidth) return 1;
  return Math.min(picture.clientWidth / picture.naturalWidth, picture.clientHeight / picture.naturalHeight);
}

function move() {
  view.style.setProperty("--zoom", zoom);
  view.style.setProperty("--x", `${offset.x}px`);
  view.style.setProperty("--y", `${offset.y}px`);
  view.classList.toggle("pixels", zoom * fitted() >= 2);
  document.getElementById("zoom").textContent = `${Math.round(zoom * fitted() * 100)} %`;
}

function zoomTo(next, at = { x: 0, y: 0 }) {
  const limited = Math.min(16, Math.max(1, next));
  const factor = limited / zoom;
  offset = limited === 1 ? { x: 0, y: 0 } : { x: at.x - (at.x - offset.x) * factor, y: at.y - (at.y - offset.y) * factor };
  zoom = limited;
  move();
}

function from(event) {
  const box = view.getBoundingClientRect();
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
}

view.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoomTo(zoom * Math.exp(-event.deltaY / 300), from(event));
}, { passive: false });

view.addEventListener("dblclick", (event) => zoomTo(zoom > 1 ? 1 : 1 / fitted(), from(event)));

view.addEventListener("pointerdown", (event) => {
  view.setPointerCapture(event.pointerId);
  touches.set(event.pointerId, from(event));
});

view.addEventListener("pointermove", (event) => {
  const before = touches.get(event.pointerId);
  if (!before) return;
  const here = from(event);
  const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y);
    zoomTo((zoom * apart(here)) / Math.max(1, apart(before)), other);
  } else if (zoom > 1) {
    offset = { x: offset.x + here.x - before.x, y: offset.y + here.y - before.y };
    move();
  }
  touches.set(event.pointerId, here);
});

for (const end of ["pointerup", "pointercancel"]) view.addEventListener(end, (event) => touches.delete(event.pointerId));
for (const picture of view.querySelectorAll("img")) picture.addEventListener("load", move);

// --- Before, ground, buttons, keys ----------------------------------------------------------------

function before(on) {
  stage.classList.toggle("before", on);
  button("before").setAttribute("aria-pressed", String(on));
}

stage.addEventListener("change", (event) => {
  if (event.target.name === "ground") stage.dataset.ground = event.target.value;
});

const DO = {
  undo: () => step(past, ahead),
  redo: () => step(ahead, past),
  copy: () => {
    localStorage.setItem(CLIPBOARD, state());
    button("paste").disabled = false;
    toast({ text: root.dataset.textCopied });
  },
  paste: () => {
    restore(localStorage.getItem(CLIPBOARD) ?? now);
    remember();
    show();
    toast({ text: root.dataset.textPasted });
  },
  before: () => before(!stage.classList.contains("before")),
  "zoom-in": () => zoomTo(zoom * 1.5),
  "zoom-out": () => zoomTo(zoom / 1.5),
  "zoom-fit": () => zoomTo(1),
  variants,
  "save-look": saveLook,
};

document.addEventListener("click", (event) => DO[event.target.closest("[data-do]")?.dataset.do]?.());

function typing(event) {
  return event.target.matches("input[type=text], textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (typing(event)) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
    event.preventDefault();
    (event.shiftKey ? DO.redo : DO.undo)();
  } else if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  } else if (event.key === "+") zoomTo(zoom * 1.5);
  else if (event.key === "-") zoomTo(zoom / 1.5);
  else if (event.key === "0") zoomTo(1);
  else if (event.key === " " && (event.target === document.body || event.target === view)) {
    event.preventDefault();
    before(true);
  }
});

document.addEventListener("keyup", (event) => {
  if (event.key === " " && stage.classList.contains("before") && !event.target.closest("button")) before(false);
});

button("paste").disabled = localStorage.getItem(CLIPBOARD) === null;
swatch();
move();
if (working || !document.getElementById("not-cut-out")) ask();
