// Touching up: a brush that gives back and takes away, by pointer, finger, pen and keys.

import { Stage } from "./touch-up-stage.js";
import { Sender } from "./touch-up-send.js";
import { Strokes } from "./touch-up-strokes.js";
import { toast } from "./toasts.js";

const root = document.getElementById("touch-up");
const canvas = document.getElementById("touch-up-canvas");
const words = root.dataset;
const size = { width: Number(words.width), height: Number(words.height) };
const controls = document.getElementById("touch-up-tools").elements;
const buttons = Object.fromEntries(
  [...root.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]),
);
const save = document.getElementById("touch-up-save");
const state = document.getElementById("touch-up-state");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
const stage = new Stage(canvas, size.width, size.height);
const sender = new Sender(words, token);
const mend = (maskId, made) => sender.mend(maskId, made, controls.follow.checked ? "edges" : "brush");
const strokes = new Strokes(mend, changed);
const fingers = new Map();
let drawing = []; // the strokes under the pointer: of a pen one for each pressure
let pinch = null;
let switches = false; // Alt is held

// A brush is a share of the photo's longer side, so that it is as handy on any photo.
const radius = () => Math.max(0.5, (Number(controls.size.value) / 200) * Math.max(size.width, size.height) * 0.5);
const tool = () => {
  const chosen = controls.tool.value;
  return switches ? { keep: "erase", erase: "keep" }[chosen] : chosen;
};

let shown = null;
let told = null;

function changed() {
  const { mask, trouble } = strokes;
  if (mask && mask !== shown) {
    shown = mask;
    stage.setMask(mask.image);
  }
  stage.strokes = [...strokes.waiting.flatMap((step) => step.strokes), ...drawing];
  stage.draw();
  root.classList.toggle("has-mask", Boolean(mask));
  buttons.undo.disabled = strokes.steps.length === 0;
  buttons.redo.disabled = strokes.undone.length === 0;
  controls.mask.value = mask?.maskId ?? "";
  save.disabled = !mask || !strokes.isSettled || (strokes.steps.length === 0 && !strokes.start);
  const isStuck = Boolean(trouble && !trouble.isRefusal && !strokes.isBusy);
  buttons.again.hidden = !isStuck;
  state.textContent = isStuck ? trouble.message : strokes.isBusy ? words.working : mask ? words.ready : "";
  if (trouble?.isRefusal && trouble !== told) toast({ text: trouble.message, level: "error" });
  told = trouble;
}

function clamped({ x, y }) {
  const within = (value, most) => Math.round(Math.min(most, Math.max(0, value)) * 100) / 100;
  return [within(x, size.width), within(y, size.height)];
}

// A pen draws thinner the lighter it is held, in steps: each is a stroke of its own that goes on from the last.
const pressed = (event) => (event.pointerType === "pen" ? Math.max(0.4, Math.round(event.pressure * 6) / 6) : 1);
const isEraser = (event) => event.pointerType === "pen" && (event.buttons & 32) !== 0;

function begin(place, share = 1, chosen = tool()) {
  const hardness = Number(controls.hardness.value) / 100;
  const wide = Math.max(0.5, Math.min(2000, radius() * share));
  drawing.push({ tool: chosen, radius: wide, hardness, points: [clamped(place)] });
  drawing.share = share;
}

function extend(event) {
  const place = stage.place(event);
  const last = drawing.at(-1);
  const [x, y] = clamped(place);
  const [beforeX, beforeY] = last.points.at(-1);
  // Closer than a tenth of the brush nothing is to be seen, and many points take time.
  if (Math.hypot(x - beforeX, y - beforeY) < last.radius / 10) return;
  last.points.push([x, y]);
  if (pressed(event) !== drawing.share) begin(place, pressed(event), last.tool);
}

function finish() {
  const made = drawing;
  drawing = [];
  if (made.length) strokes.add(made);
}

function follow(place) {
  stage.cursor = { ...place, radius: radius() };
  stage.draw();
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, event);
  if (fingers.size === 2) {
    drawing = []; // the second finger of a pinch: no stroke was meant
    pinch = spread();
  } else if ((event.button === 0 || isEraser(event)) && fingers.size === 1 && strokes.mask) {
    begin(stage.place(event), pressed(event), isEraser(event) ? "erase" : tool());
  }
  changed();
});

canvas.addEventListener("pointermove", (event) => {
  if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
  if (pinch && fingers.size === 2) return moveBoth();
  if (drawing.length) {
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) extend(one);
    stage.strokes = [...strokes.waiting.flatMap((step) => step.strokes), ...drawing];
  } else if (event.buttons === 4) {
    stage.moveTo(stage.center.x - event.movementX / stage.factor, stage.center.y - event.movementY / stage.factor);
  }
  follow(stage.place(event));
});

function lift(event) {
  fingers.delete(event.pointerId);
  if (fingers.size < 2) pinch = null;
  if (event.type === "pointercancel") drawing = [];
  finish();
}
canvas.addEventListener("pointerup", lift);
canvas.addEventListener("pointercancel", lift);
canvas.addEventListener("pointerleave", () => {
  stage.cursor = null;
  stage.draw();
});

function spread() {
  const [one, other] = [...fingers.values()].map((event) => stage.place(event));
  return {
    apart: Math.hypot(one.x - other.x, one.y - other.y),
    middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
  };
}

function moveBoth() {
  const now = spread();
  stage.zoomBy(now.apart / pinch.apart, pinch.middle);
  const then = spread().middle;
  stage.moveTo(stage.center.x + pinch.middle.x - then.x, stage.center.y + pinch.middle.y - then.y);
}

canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault();
    stage.zoomBy(Math.exp(-event.deltaY / 300), stage.place(event));
    follow(stage.place(event));
  },
  { passive: false },
);

const actions = {
  undo: () => strokes.undo(),
  redo: () => strokes.redo(),
  again: () => strokes.again(),
  in: () => stage.zoomBy(1.5),
  out: () => stage.zoomBy(1 / 1.5),
  fit: () => stage.zoomBy(0),
  start: async () => {
    buttons.start.disabled = true;
    try {
      state.textContent = words.working;
      strokes.begin(await sender.mend("", [], "edges"));
    } catch (error) {
      toast({ text: error.message, level: "error" });
      state.textContent = "";
    }
    buttons.start.disabled = false;
  },
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  actions[button?.dataset.do]?.();
});

function resize(times) {
  const before = Number(controls.size.value);
  controls.size.value = String(Math.round(before * times + Math.sign(times - 1)));
  controls.size.dispatchEvent(new Event("input", { bubbles: true }));
  if (stage.cursor) follow(stage.cursor);
}

const keys = {
  "[": () => resize(1 / 1.15),
  "]": () => resize(1.15),
  e: () => (controls.tool.value = "erase"),
  r: () => (controls.tool.value = "keep"),
  x: () => (controls.tool.value = controls.tool.value === "keep" ? "erase" : "keep"),
  "+": actions.in,
  "=": actions.in,
  "-": actions.out,
  0: actions.fit,
};

// On the canvas the brush is moved by arrows, and Enter dabs.
function steer(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const at = stage.cursor ?? stage.center;
  if (steps) {
    const far = radius() * (event.shiftKey ? 2 : 0.5);
    const [x, y] = clamped({ x: at.x + steps[0] * far, y: at.y + steps[1] * far });
    follow({ x, y });
    return true;
  }
  if (event.key !== "Enter" || !strokes.mask) return false;
  begin(at);
  finish();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches("input[type=text], textarea, select")) return;
  const key = event.key.toLowerCase();
  if (key === "z") {
    event.preventDefault();
    if (event.shiftKey) strokes.redo();
    else strokes.undo();
  } else if (key === "y" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    strokes.redo();
  } else if (event.key === "Alt") {
    event.preventDefault();
    switches = true;
  } else if (event.key === " " && event.target === canvas) {
    event.preventDefault();
    stage.showsResult = true;
    stage.draw();
  } else if (event.target === canvas && steer(event)) {
    event.preventDefault();
  } else if (!event.ctrlKey && !event.metaKey && keys[key]) {
    keys[key]();
  }
});

document.addEventListener("keyup", (event) => {
  if (event.key === "Alt") switches = false;
  if (event.key === " " && !controls.result.checked) {
    stage.showsResult = false;
    stage.draw();
  }
});

controls.result.addEventListener("change", () => {
  stage.showsResult = controls.result.checked;
  stage.draw();
});

window.addEventListener("beforeunload", (event) => {
  if (strokes.steps.length && !root.dataset.saved) event.preventDefault();
});
document.getElementById("touch-up-tools").addEventListener("submit", () => {
  root.dataset.saved = "yes";
});

window.addEventListener("online", () => strokes.again());

stage.setPhoto(await sender.picture(words.photo));
if (words.mask) strokes.begin({ maskId: words.mask, image: await sender.picture(words.maskUrl) });
changed();
root.classList.add("is-ready");
if ("begins" in words && !words.mask) actions.start();
