// Turning pages at a shared link by the arrow keys and by a swipe.

import "./posted.js";

function go(rel) {
  document.querySelector(`nav a[rel="${rel}"]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input")) return;
  if (event.key === "ArrowLeft") go("prev");
  if (event.key === "ArrowRight") go("next");
});

const SWIPE = 60; // pixels
let start = null;

document.addEventListener("touchstart", (event) => {
  start = event.touches.length === 1 ? event.touches[0].clientX : null;
}, { passive: true });

document.addEventListener("touchend", (event) => {
  if (start === null || window.visualViewport?.scale > 1) return;
  const moved = event.changedTouches[0].clientX - start;
  if (moved > SWIPE) go("prev");
  if (moved < -SWIPE) go("next");
}, { passive: true });
