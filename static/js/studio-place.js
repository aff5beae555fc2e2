// Where the product stands on its canvas: nine places, chosen by the keys of the arrows or by dragging it.

import { form, isCanvas } from "./studio-form.js";
import { isZoomed, paper } from "./studio-stage.js";

const view = document.getElementById("view");
const stage = document.getElementById("stage");
const grid = document.getElementById("places");
const ACROSS = ["left", "center", "right"];
const DOWN = ["top", "center", "bottom"];
// How far it is dragged until it stands at the next place, as a share of the canvas.
const STEP = 1 / 6;

const choice = (place) => grid.querySelector(`[value="${place}"]`);
const within = (index) => Math.min(2, Math.max(0, index));

// Column and row; the middle where nobody chose.
function here() {
  const [across, down] = (form.elements.place.value || "center-center").split("-");
  return { column: ACROSS.indexOf(across), row: DOWN.indexOf(down) };
}

function choose(column, row) {
  const wanted = choice(`${ACROSS[within(column)]}-${DOWN[within(row)]}`);
  if (wanted.checked) return wanted;
  wanted.checked = true;
  wanted.dispatchEvent(new Event("input", { bubbles: true }));
  return wanted;
}

// Radio buttons go one by one; these lie in rows. What is chosen "by itself" goes on as ever.
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

grid?.addEventListener("keydown", (event) => {
  if (!(event.key in KEYS) || !event.target.value) return;
  event.preventDefault();
  const [x, y] = KEYS[event.key];
  const at = here();
  const wanted = choose(at.column + x, at.row + y);
  wanted.focus();
  wanted.dispatchEvent(new Event("change", { bubbles: true }));
});

// --- Dragging ---------------------------------------------------------------------------------------

let drag = null;

function mayDrag() {
  const mode = stage.querySelector("[name=mode]:checked")?.value ?? "after";
  return grid && mode === "after" && !isZoomed() && isCanvas(form.elements.size.value);
}

function end() {
  stage.classList.remove("placing");
  if (drag?.hasMoved) choice(form.elements.place.value)?.dispatchEvent(new Event("change", { bubbles: true }));
  drag = null;
}

view.addEventListener("pointerdown", (event) => {
  if (event.button > 0 || !event.isPrimary) return end();
  if (mayDrag()) drag = { id: event.pointerId, x: event.clientX, y: event.clientY, from: here(), hasMoved: false };
  return undefined;
});

view.addEventListener("pointermove", (event) => {
  if (event.pointerId !== drag?.id) return;
  const { width, height } = paper();
  const steps = (way, length) => Math.trunc(way / (length * STEP));
  const [x, y] = [steps(event.clientX - drag.x, width), steps(event.clientY - drag.y, height)];
  if (!drag.hasMoved && !x && !y) return;
  drag.hasMoved = true;
  stage.classList.add("placing");
  choose(drag.from.column + x, drag.from.row + y);
  mark();
});

for (const name of ["pointerup", "pointercancel"]) view.addEventListener(name, end);

// The place it goes to is seen at once, before the preview is there.
function mark() {
  const { column, row } = here();
  view.style.setProperty("--place-column", column + 1);
  view.style.setProperty("--place-row", row + 1);
}
