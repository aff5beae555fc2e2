// Which of several products is cut out: the one that is tapped on the photo, or what lies in a box drawn there.

import { form } from "./studio-form.js";
import { fit, see } from "./studio-stage.js";

const stage = document.getElementById("stage");
const view = document.getElementById("view");
const photo = document.getElementById("original");
const mark = document.getElementById("pick-mark");
const button = document.querySelector("[data-do=pick]");
const SIDES = ["left", "top", "right", "bottom"];
// What is drawn shorter than this, in CSS pixels, is a tap.
const TAP = 8;

let first = null;
let isPicking = false;

// Where the photo lies on the screen; its element may be wider or higher.
function area() {
  const box = photo.getBoundingClientRect();
  const [width, height] = ["width", "height"].map((name) => Number(photo.getAttribute(name)));
  const scale = Math.min(box.width / width, box.height / height);
  const [across, down] = [width * scale, height * scale];
  return { left: box.left + (box.width - across) / 2, top: box.top + (box.height - down) / 2, across, down };
}

function place(event) {
  const { left, top, across, down } = area();
  const percent = (way, length) => Math.round(Math.min(1, Math.max(0, way / length)) * 1000) / 10;
  return [percent(event.clientX - left, across), percent(event.clientY - top, down)];
}

// Whether something is to be chosen, and nobody has said where.
export function isDue() {
  const { pick, left, top, right, bottom } = form.elements;
  if (!pick?.value) return false;
  return !left.value || !top.value || (pick.value === "box" && (!right.value || !bottom.value));
}

export function draw() {
  if (!mark || !form.elements.pick) return;
  const { pick, left, top, right, bottom } = form.elements;
  mark.hidden = !pick.value || isDue();
  mark.classList.toggle("point", pick.value === "point");
  if (mark.hidden) return;
  const photoAt = area();
  const pane = mark.parentElement.getBoundingClientRect();
  const x = (percent) => (photoAt.across * percent) / 100;
  const y = (percent) => (photoAt.down * percent) / 100;
  const put = (name, pixels) => mark.style.setProperty(name, `${pixels}px`);
  put("left", photoAt.left - pane.left + x(left.value));
  put("top", photoAt.top - pane.top + y(top.value));
  if (pick.value === "box") {
    put("width", x(right.value - left.value));
    put("height", y(bottom.value - top.value));
  } else for (const name of ["width", "height"]) mark.style.removeProperty(name);
}

function begin() {
  if (!photo) return;
  fit();
  see("before");
  isPicking = true;
  stage.classList.add("picking");
  button.setAttribute("aria-pressed", "true");
}

function stop() {
  isPicking = false;
  first = null;
  stage.classList.remove("picking");
  button?.setAttribute("aria-pressed", "false");
}

export function end() {
  if (isPicking) see("after");
  stop();
}

// Saving makes the cutout that was picked: until it is there the photo stays, and is not mistaken for it.
export const leave = stop;

export const toggle = () => (isPicking ? end() : begin());

function choose(kind, values) {
  form.querySelector(`[name=pick][value="${kind}"]`).checked = true;
  SIDES.forEach((name, index) => { form.elements[name].value = values[index] ?? ""; });
  // A touched-up cutout is one of its own.
  if (form.elements.mask) form.elements.mask.checked = false;
  draw();
}

// Before the stage takes a gesture for its own.
stage.addEventListener("pointerdown", (event) => {
  if (!isPicking || event.button > 0 || !event.isPrimary || !view.contains(event.target)) return;
  event.stopPropagation();
  event.preventDefault();
  view.setPointerCapture(event.pointerId);
  first = { x: event.clientX, y: event.clientY, at: place(event) };
}, true);

stage.addEventListener("pointermove", (event) => {
  if (!first || !event.isPrimary) return;
  event.stopPropagation();
  if (Math.hypot(event.clientX - first.x, event.clientY - first.y) < TAP) return;
  const at = place(event);
  const [least, most] = [Math.min, Math.max].map((of) => [0, 1].map((axis) => of(first.at[axis], at[axis])));
  if (most[0] > least[0] && most[1] > least[1]) choose("box", [...least, ...most]);
}, true);

stage.addEventListener("pointerup", (event) => {
  if (!first || !event.isPrimary) return;
  event.stopPropagation();
  if (Math.hypot(event.clientX - first.x, event.clientY - first.y) < TAP) choose("point", first.at);
  first = null;
  const chosen = form.querySelector("[name=pick]:checked");
  for (const name of ["input", "change"]) chosen.dispatchEvent(new Event(name, { bubbles: true }));
}, true);

stage.addEventListener("pointercancel", () => { first = null; });
stage.addEventListener("change", (event) => {
  if (event.target.name === "mode" && event.target.value !== "before") stop();
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") end(); });
view.addEventListener("drawn", draw);

form.addEventListener("input", (event) => {
  const { name, checked } = event.target;
  if (name === "mask" && checked) form.querySelector('[name=pick][value=""]').checked = true;
  if (name === "pick" && isDue() && !isPicking) begin();
  if (name === "pick" && event.target.value && form.elements.mask) form.elements.mask.checked = false;
  if (name === "pick" && !event.target.value) end();
  draw();
});
draw();
