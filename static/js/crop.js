// The Crop page: a box with handles on the photo, ratios, quarter turns and a slider that straightens.
//
// The form's numbers are the state that is sent; without this file they are typed.

import * as geometry from "./crop-box.js";

const form = document.getElementById("crop");
const stage = document.getElementById("crop-stage");
const photo = document.getElementById("crop-photo");
const canvas = document.getElementById("crop-canvas");
const box = document.getElementById("crop-box");
const size = document.getElementById("crop-size");
const { rotate, straighten, left, top: upper, right, bottom, ratio } = form.elements;
const sides = { left, top: upper, right, bottom };
const ROOM = 20; // pixels of the screen around the photo, for handles at its edge

let crop = null; // in pixels of the photo, see crop-box.js
let wanted = null; // the same as it was before the photo was straightened
let swapped = false; // 4:5 is 5:4
let drag = null;

const degrees = () => Number(straighten.value) || 0;
const quarter = () => Number(rotate.value) || 0;
const full = () => {
  const [width, height] = [photo.naturalWidth, photo.naturalHeight];
  return quarter() % 180 ? { width: height, height: width } : { width, height };
};
// What the form counts in are pixels of the photo itself, which may be larger than what a browser shows.
const scale = () => Number(photo.getAttribute("width")) / photo.naturalWidth;

function wantedRatio() {
  if (!ratio.value) return 0;
  const [across, down] = ratio.value === "original" ? [full().width, full().height] : ratio.value.split(":").map(Number);
  return swapped ? down / across : across / down;
}

// --- What is shown --------------------------------------------------------------------------------

function factor() {
  const all = geometry.around(full(), degrees());
  return Math.min((stage.clientWidth - 2 * ROOM) / all.width, (stage.clientHeight - 2 * ROOM) / all.height);
}

function draw() {
  const density = window.devicePixelRatio || 1;
  const [width, height] = [stage.clientWidth, stage.clientHeight];
  Object.assign(canvas, { width: Math.round(width * density), height: Math.round(height * density) });
  const pen = canvas.getContext("2d");
  const by = factor();
  pen.setTransform(density, 0, 0, density, canvas.width / 2, canvas.height / 2);
  pen.rotate(geometry.radians(quarter() + degrees()));
  pen.scale(by, by);
  pen.drawImage(photo, -photo.naturalWidth / 2, -photo.naturalHeight / 2);
  box.style.setProperty("--x", `${width / 2 + crop.left * by}px`);
  box.style.setProperty("--y", `${height / 2 + crop.top * by}px`);
  box.style.setProperty("--w", `${geometry.widthOf(crop) * by}px`);
  box.style.setProperty("--h", `${geometry.heightOf(crop) * by}px`);
}

function tell() {
  const { shares, across, down } = geometry.sidesOf(crop, full(), degrees(), scale());
  for (const [side, field] of Object.entries(sides)) field.value = String(Math.round(shares[side] * 1e6) / 1e4);
  size.textContent = `${across} × ${down}`;
  draw();
}

function choose(next) {
  crop = wanted = next;
  tell();
}

// --- Turning, straightening, ratios ----------------------------------------------------------------

function turn(by) {
  const times = by > 0 ? 1 : 3;
  let next = crop;
  for (let n = 0; n < times; n += 1) next = geometry.quartered(next);
  rotate.value = String((quarter() + by + 360) % 360);
  if (ratio.value && ratio.value !== "original") swapped = !swapped;
  choose(next);
}

function straightened() {
  crop = geometry.fitted(wanted, full(), degrees());
  tell();
}

function tilt(by) {
  straighten.value = String(Math.round((degrees() + by) * 10) / 10);
  straighten.dispatchEvent(new Event("input", { bubbles: true }));
}

function keepRatio() {
  const wide = wantedRatio();
  if (wide) choose(geometry.largest(geometry.middleOf(crop), wide, full(), degrees()));
}

function reset() {
  rotate.value = "0";
  straighten.value = "0";
  straighten.dispatchEvent(new Event("input", { bubbles: true }));
  form.querySelector('[name="ratio"][value=""]').checked = true;
  swapped = false;
  choose(geometry.whole(full()));
}

const DO = {
  left: () => turn(-90),
  right: () => turn(90),
  swap: () => {
    swapped = !swapped;
    if (ratio.value) keepRatio();
    else {
      const { x, y } = geometry.middleOf(crop);
      const turned = geometry.boxAround({ x, y }, geometry.heightOf(crop), geometry.widthOf(crop));
      choose(geometry.fitted(turned, full(), degrees()));
    }
  },
  reset,
};

form.addEventListener("click", (event) => DO[event.target.closest("[data-do]")?.dataset.do]?.());

form.addEventListener("input", (event) => {
  if (event.target === straighten) straightened();
});

form.addEventListener("change", (event) => {
  if (event.target.name === "ratio") {
    swapped = false;
    keepRatio();
  } else if (event.target === rotate) {
    choose(geometry.whole(full()));
    straightened();
  } else if (Object.values(sides).includes(event.target)) {
    const given = Object.fromEntries(Object.entries(sides).map(([side, field]) => [side, Number(field.value) / 100]));
    const next = geometry.boxOf(given, full(), degrees());
    if (given.left < given.right && given.top < given.bottom) choose(geometry.fitted(next, full(), degrees()));
    else tell();
  }
});

// A finer grid while somebody straightens by it.
for (const kind of ["pointerdown", "focus"]) straighten.addEventListener(kind, () => box.classList.add("fine"));
for (const kind of ["pointerup", "blur"]) straighten.addEventListener(kind, () => box.classList.remove("fine"));

// --- Pointers and keys -----------------------------------------------------------------------------

function changed(handle, x, y, from = crop) {
  const [photoSize, tilted] = [full(), degrees()];
  if (handle === "move") return geometry.moved(from, x, y, photoSize, tilted);
  return geometry.resized(from, handle, x, y, wantedRatio(), photoSize, tilted);
}

box.addEventListener("pointerdown", (event) => {
  if (event.button !== 0 || drag) return;
  box.setPointerCapture(event.pointerId);
  drag = { id: event.pointerId, handle: event.target.dataset.handle ?? "move", x: event.clientX, y: event.clientY, from: crop };
});

box.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drag?.id) return;
  const by = factor();
  choose(changed(drag.handle, (event.clientX - drag.x) / by, (event.clientY - drag.y) / by, drag.from));
});

for (const end of ["pointerup", "pointercancel"]) {
  box.addEventListener(end, (event) => {
    if (event.pointerId === drag?.id) drag = null;
  });
}

const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = {
  r: (event) => turn(event.shiftKey ? -90 : 90),
  x: DO.swap,
  "[": () => tilt(-0.1),
  "]": () => tilt(0.1),
  0: reset,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=number], textarea, select")) return;
  const step = STEPS[event.key];
  if (step && box.contains(event.target)) {
    event.preventDefault();
    const far = (event.shiftKey ? 10 : 1) * Math.max(1, 1 / factor());
    choose(changed(event.target.dataset.handle ?? "move", step[0] * far, step[1] * far));
  } else KEYS[event.key.toLowerCase()]?.(event);
});

await photo.decode();
for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;
document.getElementById("crop-numbers").open = false;
stage.classList.add("is-ready");
const given = Object.fromEntries(Object.entries(sides).map(([side, field]) => [side, Number(field.value) / 100]));
choose(geometry.fitted(geometry.boxOf(given, full(), degrees()), full(), degrees()));
new ResizeObserver(draw).observe(stage);
