// Selecting tiles: by click, Shift and click, a box drawn with the mouse, a long press, the keyboard.

import { merge } from "./exposures.js";
import { follow } from "./tiles.js";
import { toast } from "./toasts.js";

const form = document.getElementById("selection");
const count = form.querySelector(".selection-count");
// How many exposures can be merged.
const MOST_BRACKETS = 9;
let last = null; // where a range begins

const grid = () => document.getElementById("tiles");
const tiles = () => [...grid().querySelectorAll(".tile:not(.arriving)")];
const boxOf = (tile) => tile.querySelector("input[type=checkbox]");
const chosen = () => tiles().filter((tile) => boxOf(tile).checked);

form.querySelector("[data-select-none]").hidden = false;

function show() {
  const number = chosen().length;
  form.classList.toggle("up", number > 0);
  form.querySelector(".when-brackets").hidden = number < 2 || number > MOST_BRACKETS;
  document.body.classList.toggle("selecting", number > 0);
  count.textContent = number === 1 ? count.dataset.one : count.dataset.many.replace("#", number);
  if (!number) form.querySelector("details")?.removeAttribute("open");
}

function set(tile, on) {
  boxOf(tile).checked = on;
}

function range(to, on = true) {
  const all = tiles();
  const [from, until] = [all.indexOf(last ?? to), all.indexOf(to)].sort((a, b) => a - b);
  for (const tile of all.slice(Math.max(0, from), until + 1)) set(tile, on);
}

function toggle(tile, { isRange = false } = {}) {
  if (isRange && last) range(tile);
  else set(tile, !boxOf(tile).checked);
  last = tile;
  show();
}

function none() {
  for (const tile of chosen()) set(tile, false);
  last = null;
  show();
}

// Clicks: the box of a tile always; the tile itself with Shift or Ctrl, and once something is selected.
document.addEventListener("click", (event) => {
  const tile = event.target.closest("#tiles .tile:not(.arriving)");
  if (event.target.closest("[data-select-none]")) none();
  if (!tile) return;
  if (event.target.closest(".tile-check")) {
    if (event.target.tagName !== "INPUT") return; // the label's click comes again as the box's
    const isOn = boxOf(tile).checked;
    if (event.shiftKey && last) range(tile, isOn);
    last = tile;
    show();
    return;
  }
  if (justPressed || event.shiftKey || event.ctrlKey || event.metaKey || chosen().length) {
    event.preventDefault();
    if (!justPressed) toggle(tile, { isRange: event.shiftKey });
    justPressed = false;
  }
});

// A long press begins selecting where there is no mouse.
let pressTimer = 0;
let justPressed = false;

document.addEventListener("pointerdown", (event) => {
  const tile = event.target.closest("#tiles .tile:not(.arriving)");
  justPressed = false;
  clearTimeout(pressTimer);
  if (!tile || event.pointerType === "mouse") return;
  pressTimer = setTimeout(() => {
    justPressed = true;
    toggle(tile);
    navigator.vibrate?.(12);
  }, 450);
});
for (const name of ["pointerup", "pointercancel", "pointermove"]) {
  document.addEventListener(name, (event) => {
    if (name !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 6) clearTimeout(pressTimer);
  });
}
document.addEventListener("contextmenu", (event) => {
  if (justPressed && event.target.closest(".tile")) event.preventDefault();
});

// The click that ends a drag is no click on a tile.
let hasDrawn = false;

addEventListener("click", (event) => {
  if (!hasDrawn) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

// A box drawn from an empty place, or from anywhere on a tile that is dragged.
let frame = null;

function point(event) {
  const around = grid().getBoundingClientRect();
  return [event.clientX - around.left, event.clientY - around.top];
}

document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("#tiles .tile")) event.preventDefault();
});

document.addEventListener("pointerdown", (event) => {
  const isOnTile = event.target.closest("#tiles .tile");
  const isBeside = event.target.closest("#tiles, main") && !event.target.closest("a, button, input, select, label, form, dialog");
  if (event.pointerType !== "mouse" || event.button !== 0 || !(isOnTile || isBeside)) return;
  if (event.target.closest(".tile-check")) return;
  const before = new Set(event.shiftKey || event.ctrlKey || event.metaKey ? chosen() : []);
  frame = { start: point(event), before, box: null };
});

document.addEventListener("pointermove", (event) => {
  if (!frame) return;
  const [x, y] = point(event);
  const [left, top] = [Math.min(x, frame.start[0]), Math.min(y, frame.start[1])];
  const [width, height] = [Math.abs(x - frame.start[0]), Math.abs(y - frame.start[1])];
  if (!frame.box) {
    if (width + height < 12) return;
    frame.box = document.createElement("li");
    frame.box.className = "select-box";
    frame.box.setAttribute("aria-hidden", "true");
    grid().append(frame.box);
  }
  for (const [name, value] of Object.entries({ left, top, width, height })) {
    frame.box.style.setProperty(name, `${value}px`);
  }
  for (const tile of tiles()) {
    const meets = tile.offsetLeft < left + width && tile.offsetLeft + tile.offsetWidth > left
      && tile.offsetTop < top + height && tile.offsetTop + tile.offsetHeight > top;
    set(tile, meets || frame.before.has(tile));
  }
  show();
});

document.addEventListener("pointerup", () => {
  if (frame?.box) {
    frame.box.remove();
    last = chosen().at(-1) ?? null;
    hasDrawn = true;
    setTimeout(() => (hasDrawn = false), 0);
  }
  frame = null;
});

// Keys: arrows go from tile to tile, Space or x selects, Shift extends, Ctrl+A takes all, Escape none.
function columns() {
  const all = tiles();
  const first = all[0]?.offsetTop;
  const row = all.findIndex((tile) => tile.offsetTop !== first);
  const list = getComputedStyle(grid()).gridTemplateColumns.split(" ").length;
  return row > 0 ? Math.max(row, list) : list;
}

document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("input:not([type=checkbox]), select, textarea, dialog, .menu-panel")) return;
  if (event.key === "Escape" && chosen().length) return none();
  if (event.key === "a" && (event.ctrlKey || event.metaKey) && tiles().length) {
    event.preventDefault();
    for (const tile of tiles()) set(tile, true);
    return show();
  }
  const tile = event.target.closest?.("#tiles .tile");
  if (!tile) return;
  if (event.key === "x" || (event.key === " " && event.target.tagName !== "INPUT")) {
    event.preventDefault();
    return toggle(tile, { isRange: event.shiftKey });
  }
  const all = tiles();
  const here = all.indexOf(tile);
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
  const ends = { Home: 0, End: all.length - 1 };
  if (!(event.key in steps) && !(event.key in ends)) return;
  event.preventDefault();
  const to = all[event.key in ends ? ends[event.key] : Math.min(all.length - 1, Math.max(0, here + steps[event.key]))];
  to.querySelector(".tile-link").focus();
  to.scrollIntoView({ block: "nearest" });
  if (event.shiftKey) {
    last ??= tile;
    range(to);
    show();
  }
});

// Doing something with them. What only this page knows about is done without leaving it.
form.addEventListener("submit", async (event) => {
  const action = event.submitter?.value;
  if (action === "merge") {
    event.preventDefault();
    return void merge(form);
  }
  if (!["delete", "move", "looked", "favorite"].includes(action) || event.submitter.name !== "action") return;
  event.preventDefault();
  const these = chosen();
  const body = new URLSearchParams(new FormData(form));
  body.set("action", action);
  const answer = await fetch(form.getAttribute("action"), {
    method: "POST", body, headers: { "HX-Request": "true" },
  }).catch(() => null);
  if (!answer?.ok) {
    const html = new DOMParser().parseFromString(answer ? await answer.text() : "", "text/html");
    const text = html.querySelector(".toast p")?.textContent ?? form.dataset.textAway;
    return void toast({ text, level: "error" });
  }
  const told = toldBy(answer);
  none();
  form.querySelector("details")?.removeAttribute("open");
  if (action === "delete") return takeAway(these, told);
  if (action === "looked") for (const tile of these) settle(tile);
  if (action === "favorite") favorite(these, doneBy(answer) === "favorite");
  if (new URLSearchParams(location.search).has("project") && action === "move") takeAway(these, told, false);
  else toast(told);
  if (action === "looked" && document.querySelector("#filters [name=look]").checked) {
    for (const tile of these) tile.remove();
  }
});

function favorite(these, are) {
  const isFiltered = document.querySelector("#filters [name=favorite]").checked;
  for (const tile of these) {
    tile.querySelector(".tile-favorite").hidden = !are;
    if (isFiltered && !are) tile.remove();
  }
}

function settle(tile) {
  tile.removeAttribute("data-doubt");
  const mark = tile.querySelector(".tile-mark.warn");
  if (mark) {
    mark.classList.remove("warn");
    mark.replaceChildren();
  }
}

function takeAway(these, told, canUndo = true) {
  const places = these.map((tile) => [tile, tile.nextElementSibling]);
  for (const tile of these) tile.remove();
  if (!canUndo || !told.action) return void toast(told);
  toast({ ...told, url: "", run: () => bringBack(places, told.url) });
}

// Taken back, they stand where they stood; what was being made of them has been cancelled, and says so.
async function bringBack(places, url) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: new FormData(form).get("csrfmiddlewaretoken") });
  const answer = await fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return void toast({ text: form.dataset.failed, level: "error" });
  for (const [tile, next] of places.reverse()) {
    if (next?.isConnected) next.before(tile);
    else grid().append(tile);
  }
  toast(toldBy(answer));
  follow();
}

const events = (answer) => JSON.parse(answer.headers.get("HX-Trigger") ?? "{}");
const toldBy = (answer) => events(answer)["packshot:toast"];
const doneBy = (answer) => events(answer)["packshot:selected"]?.done;

document.body.addEventListener("htmx:afterSwap", show);
document.addEventListener("packshot:arrived", show);
show();
