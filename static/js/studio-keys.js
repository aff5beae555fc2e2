// What the stage's buttons and keys do: zoom, pan, before and after, the pictures beside this one.

import * as stage from "./studio-stage.js";

for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;

const DO = { "zoom-in": stage.zoomIn, "zoom-out": stage.zoomOut, "zoom-fit": stage.fit };

document.addEventListener("click", (event) => DO[event.target.closest("[data-do]")?.dataset.do]?.());

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const NEIGHBORS = { ArrowLeft: "prev", ArrowRight: "next" };

function arrow(event) {
  if (stage.isZoomed()) {
    const [x, y] = ARROWS[event.key];
    event.preventDefault();
    stage.pan(x * 64, y * 64);
  } else if (event.key in NEIGHBORS) {
    document.querySelector(`.studio-turn [rel=${NEIGHBORS[event.key]}]`)?.click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=range])")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "+" || event.key === "=") stage.zoomIn();
  else if (event.key === "-") stage.zoomOut();
  else if (event.key === "0") stage.fit();
  else if (event.target.matches("input, summary, [role=tab]")) return;
  else if (event.key in ARROWS) arrow(event);
  else if (event.key === " " && !event.target.closest("button, a")) {
    event.preventDefault();
    stage.peek(true);
  }
});

document.addEventListener("keyup", (event) => {
  if (event.key === " " && stage.isPeeking()) stage.peek(false);
});
