// Touching up: a brush that gives back and takes away, by pointer, finger, pen and keys.

import { Stage } from "./touch-up-stage.js";
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
const state = document.getElementById("touch-up-state");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
const stage = new Stage(canvas, size.width, size.height);
const strokes = new Strokes(mend, changed);
const fingers = new Map();
let drawing = null; // the stroke under the pointer
let pinch = null;
let switches = false; // Alt is held

// A brush is a share of the photo's longer side, so that it is as handy on any photo.
const radius = () => Math.max(0.5, (Number(controls.size.value) / 200) * Math.max(size.width, size.height) * 0.5);
const tool = () => {
  const chosen = controls.tool.value;
  return switches ? { keep: "erase", erase: "keep" }[chosen] : chosen;
};

async function picture(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

async function mend(start, made) {
  const cutting = start ? { mask: start.maskId } : {};
  const follow = controls.follow.checked ? "edges" : "brush";
  const response = await fetch(words.api, {
    method: "POST",
    headers: { "content-type": "application/json", "x-csrftoken": token },
    body: JSON.stringify({ strokes: made, follow, cutting }),
  }).catch(() => {
    throw new Error(words.offline);
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.error || words.offline), { isRefusal: response.status < 500 });
  const done = answer.data.maskId ? answer.data : await finished(answer.data.jobId);
  return { maskId: done.maskId, image: await picture(done.url) };
}

// A job that took longer than a request waits.
async function finished(jobId) {
  for (;;) {
    await new Promise((after) => setTimeout(after, 800));
    const { data } = await (await fetch(`/api/v1/jobs/${jobId}`)).json();
    if (data.state === "completed") return { maskId: data.resultImageId, url: data.resultUrl };
    if (data.error) throw Object.assign(new Error(data.error.message), { isRefusal: true });
  }
}

let shown = null;
let told = "";

function changed() {
  const { mask } = strokes;
  if (mask && mask !== shown) {
    shown = mask;
    stage.setMask(mask.image);
  }
  stage.strokes = [...strokes.waiting, ...(drawing ? [drawing] : [])];
  stage.draw();
  root.classList.toggle("has-mask", Boolean(mask));
  buttons.undo.disabled = strokes.steps.length === 0;
  buttons.redo.disabled = strokes.undone.length === 0;
  controls.mask.value = mask?.maskId ?? "";
  buttons.save.disabled = !mask || !strokes.isSettled || (strokes.steps.length === 0 && !strokes.start);
  state.textContent = strokes.isBusy ? words.working : mask ? words.ready : "";
  if (strokes.problem && strokes.problem !== told) toast({ text: strokes.problem, level: "error" });
  told = strokes.problem;
}

function clamped({ x, y }) {
  const within = (value, most) => Math.round(Math.min(most, Math.max(0, value)) * 100) / 100;
  return [within(x, size.width), within(y, size.height)];
}

function begin(place, pressure = 1) {
  drawing = {
    tool: tool(),
    radius: Math.max(0.5, radius() * pressure),
    hardness: Number(controls.hardness.value) / 100,
    points: [clamped(place)],
  };
}

function finish() {
  if (!drawing) return;
  const stroke = drawing;
  drawing = null;
  strokes.add(stroke);
}

function follow(place) {
  stage.cursor = { ...place, radius: radius() };
  stage.draw();
}

canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  fingers.set(event.pointerId, event);
  if (fingers.size === 2) {
    drawing = null; // the second finger of a pinch: no stroke was meant
    pinch = spread();
  } else if (event.button === 0 && fingers.size === 1 && strokes.mask) {
    begin(stage.place(event), event.pointerType === "pen" ? 0.5 + event.pressure / 2 : 1);
  }
  changed();
});

canvas.addEventListener("pointermove", (event) => {
  if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
  if (pinch && fingers.size === 2) return moveBoth();
  if (drawing) {
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [event]) drawing.points.push(clamped(stage.place(one)));
    stage.strokes = [...strokes.waiting, drawing];
  } else if (event.buttons === 4) {
    stage.moveTo(stage.center.x - event.movementX / stage.factor, stage.center.y - event.movementY / stage.factor);
  }
  follow(stage.place(event));
});

function lift(event) {
  fingers.delete(event.pointerId);
  if (fingers.size < 2) pinch = null;
  if (event.type === "pointercancel") drawing = null;
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
  in: () => stage.zoomBy(1.5),
  out: () => stage.zoomBy(1 / 1.5),
  fit: () => stage.zoomBy(0),
  start: async () => {
    buttons.start.disabled = true;
    try {
      state.textContent = words.working;
      strokes.begin(await mend(null, []));
      canvas.focus();
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

stage.setPhoto(await picture(words.photo));
if (words.mask) strokes.begin({ maskId: words.mask, image: await picture(words.maskUrl) });
changed();
root.classList.add("is-ready");
