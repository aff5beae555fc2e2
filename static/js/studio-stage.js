// The stage: which of photo, result and preview is seen, how large, and on which ground.

const stage = document.getElementById("stage");
const view = document.getElementById("view");
const result = document.getElementById("result");
const preview = document.getElementById("preview");
const original = document.getElementById("original");
const cut = document.getElementById("cut");
const readout = document.getElementById("zoom");
const pixel = document.getElementById("pixel");
const GROUND = "packshot-ground";
const MARGIN = 14;
const MOST = 32;

// The picture that is seen, by its own pixels: a preview stands for the larger one that it shows.
let size = { width: Number(result.getAttribute("width")), height: Number(result.getAttribute("height")) };
let zoom = 1;
let offset = { x: 0, y: 0 };

// --- What is seen ---------------------------------------------------------------------------------

// What a picture is compared with: the photo, or another one of the exposures that were merged with it.
export function seeBefore(url = "") {
  const wanted = url || original?.dataset.photo;
  if (original && original.getAttribute("src") !== wanted) original.src = wanted;
}

export async function seeResult(url, width, height, before) {
  seeBefore(before);
  if (result.getAttribute("src") !== url) {
    // The picture before stays until the next can be drawn.
    const next = new Image();
    next.src = url;
    await next.decode().catch(() => {});
    result.src = url;
  }
  result.hidden = false;
  view.querySelector(".studio-empty")?.remove();
  stage.classList.remove("unsaved");
  resize(width, height);
}

export async function seePreview(blob, words) {
  const old = preview.src;
  preview.src = URL.createObjectURL(blob);
  if (old) URL.revokeObjectURL(old);
  await preview.decode().catch(() => {});
  preview.hidden = false;
  stage.classList.add("unsaved");
  const [width, height] = (words.match(/\d+/g) ?? []).map(Number);
  if (height) resize(width, height);
}

export function busy(is) {
  stage.classList.toggle("busy", is);
}

function resize(width, height) {
  const isOther = Math.abs(width / height - size.width / size.height) > 0.01;
  size = { width, height };
  if (isOther) zoomTo(1);
  else draw();
}

// --- Zoom and pan ---------------------------------------------------------------------------------

function pane() {
  return stage.querySelector(".studio-pane.after");
}

// How many CSS pixels one pixel of the picture takes without any zoom.
function fitted() {
  const box = pane();
  const { width, height } = size;
  return Math.max(1e-6, Math.min((box.clientWidth - 2 * MARGIN) / width, (box.clientHeight - 2 * MARGIN) / height));
}

// In pixels of the screen, so that 100 % is one to one on a dense one, too.
function scale() {
  return zoom * fitted() * devicePixelRatio;
}

function draw() {
  const fit = fitted();
  view.style.setProperty("--zoom", zoom);
  view.style.setProperty("--x", `${offset.x}px`);
  view.style.setProperty("--y", `${offset.y}px`);
  view.style.setProperty("--paper-width", `${size.width * fit * zoom}px`);
  view.style.setProperty("--paper-height", `${size.height * fit * zoom}px`);
  view.classList.toggle("pixels", scale() >= 2);
  readout.textContent = `${Math.round(scale() * 100)} %`;
  view.dispatchEvent(new Event("drawn"));
}

export function zoomTo(next, at = { x: 0, y: 0 }) {
  const limited = Math.min(Math.max(MOST / (fitted() * devicePixelRatio), 8), Math.max(1, next));
  const factor = limited / zoom;
  offset = limited === 1 ? { x: 0, y: 0 } : { x: at.x - (at.x - offset.x) * factor, y: at.y - (at.y - offset.y) * factor };
  zoom = limited;
  stay();
  draw();
}

// Some of the picture is always seen.
function stay() {
  const box = pane();
  const fit = fitted() * zoom;
  const most = (space, length) => Math.max(0, (length + space) / 2 - 48);
  const within = (value, limit) => Math.min(limit, Math.max(-limit, value));
  if (zoom === 1) return;
  offset = {
    x: within(offset.x, most(box.clientWidth, size.width * fit)),
    y: within(offset.y, most(box.clientHeight, size.height * fit)),
  };
}

export function pan(x, y) {
  offset = { x: offset.x + x, y: offset.y + y };
  stay();
  draw();
}

// How large the picture is seen, in CSS pixels.
export function paper() {
  const fit = fitted() * zoom;
  return { width: size.width * fit, height: size.height * fit };
}

export const isZoomed = () => zoom > 1;
export const zoomIn = () => zoomTo(zoom * 1.5);
export const zoomOut = () => zoomTo(zoom / 1.5);
export const fit = () => zoomTo(1);

// To the picture's own pixels and back.
function toggle(at) {
  const whole = 1 / (fitted() * devicePixelRatio);
  zoomTo(zoom > 1 ? 1 : Math.max(2, whole), at);
}

// A place in the view as seen from the middle of the pane it lies in.
function from(event) {
  const boxes = [...view.querySelectorAll(".studio-pane")].map((one) => one.getBoundingClientRect());
  const box = boxes.find((one) => event.clientX >= one.left && event.clientX < one.right) ?? boxes.at(-1);
  return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
}

function point(event) {
  const at = from(event);
  const fit = fitted() * zoom;
  const x = Math.floor((at.x - offset.x) / fit + size.width / 2);
  const y = Math.floor((at.y - offset.y) / fit + size.height / 2);
  const isInside = x >= 0 && y >= 0 && x < size.width && y < size.height;
  pixel.textContent = isInside && event.pointerType === "mouse" ? `${x}, ${y}` : "";
}

view.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoomTo(zoom * Math.exp(-event.deltaY / 300), from(event));
}, { passive: false });

const touches = new Map();
let tap = { time: 0, x: 0, y: 0 };
let tapped = -1000; // when two taps were one gesture; some browsers tell of a double click then, too

view.addEventListener("dblclick", (event) => {
  if (event.target !== cut && event.timeStamp - tapped > 700) toggle(from(event));
});

view.addEventListener("pointerdown", (event) => {
  if (event.target === cut || event.button > 0) return;
  view.setPointerCapture(event.pointerId);
  touches.set(event.pointerId, { ...from(event), moved: 0 });
});

view.addEventListener("pointermove", (event) => {
  point(event);
  const before = touches.get(event.pointerId);
  if (!before) return;
  const here = { ...from(event), moved: before.moved };
  here.moved += Math.hypot(here.x - before.x, here.y - before.y);
  const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
  if (other) {
    const apart = (one) => Math.hypot(one.x - other.x, one.y - other.y);
    other.moved = here.moved = 99;
    zoomTo((zoom * apart(here)) / Math.max(1, apart(before)), { x: (here.x + other.x) / 2, y: (here.y + other.y) / 2 });
    pan((here.x - before.x) / 2, (here.y - before.y) / 2);
  } else if (zoom > 1) {
    pan(here.x - before.x, here.y - before.y);
  }
  touches.set(event.pointerId, here);
});

view.addEventListener("pointerup", (event) => {
  const last = touches.get(event.pointerId);
  touches.delete(event.pointerId);
  if (event.pointerType !== "touch" || !last || last.moved > 12) return;
  const isSecond = event.timeStamp - tap.time < 400 && Math.hypot(last.x - tap.x, last.y - tap.y) < 32;
  if (isSecond) {
    tapped = event.timeStamp;
    toggle(last);
  }
  tap = { time: isSecond ? 0 : event.timeStamp, x: last.x, y: last.y };
});

view.addEventListener("pointercancel", (event) => touches.delete(event.pointerId));
view.addEventListener("pointerleave", () => { pixel.textContent = ""; });
new ResizeObserver(() => draw()).observe(view);
for (const picture of [result, preview]) picture.addEventListener("load", draw);

// --- Before and after -----------------------------------------------------------------------------

cut?.addEventListener("input", () => view.style.setProperty("--cut", `${cut.value}%`));
stage.addEventListener("change", (event) => { if (event.target.name === "mode") draw(); });

export function see(mode) {
  const choice = stage.querySelector(`[name=mode][value=${mode}]`);
  if (!choice || choice.checked) return;
  choice.checked = true;
  choice.dispatchEvent(new Event("change", { bubbles: true }));
}

// What was made just now is seen, also where the photo alone was.
export function seeAfter() {
  if (stage.querySelector("[name=mode]:checked")?.value === "before") see("after");
}

export function peek(is) {
  stage.classList.toggle("peek", is);
}

export const isPeeking = () => stage.classList.contains("peek");

// --- Ground, as it was left -----------------------------------------------------------------------

const kept = localStorage.getItem(GROUND);
for (const choice of stage.querySelectorAll("[name=ground]")) {
  if (choice.value !== kept) continue;
  choice.checked = true;
  stage.dataset.ground = kept;
}

stage.addEventListener("change", (event) => {
  if (event.target.name !== "ground") return;
  stage.dataset.ground = event.target.value;
  localStorage.setItem(GROUND, event.target.value);
});

draw();
