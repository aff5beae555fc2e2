// The library: tiles that come, change and go; adding photos by choosing, dropping, pasting.

import { bringing } from "./bringing.js";
import { follow, reveal } from "./tiles.js";
import { add, pending, setCutOut, wantsCutOut } from "./uploads.js";
import "./exposures.js";
import "./place.js";
import "./selection.js";

const chooser = document.getElementById("files");
const veil = document.getElementById("drop-veil");
const grid = () => document.getElementById("tiles");

// Adding

const cutOut = document.getElementById("cut-out");
// There is none where new photos are taken for rooms.
if (cutOut) {
  cutOut.closest("label").hidden = false;
  cutOut.checked = wantsCutOut();
  cutOut.addEventListener("change", (event) => {
    event.stopPropagation(); // no filter
    setCutOut(cutOut.checked);
  });
}

bringing(chooser, (files) => files.length && add(files), (held) => (veil.hidden = !held));
if (location.hash === "#add") chooser.focus();

// Photos have their place from the moment they are chosen, so that nothing moves when they arrive.

const takesNew = () => document.getElementById("pictures").dataset.takesNew;

function head() {
  const first = grid().querySelector(".tile-date");
  if (first?.textContent.trim() === grid().dataset.today) return first;
  const made = document.createElement("li");
  made.className = "tile-date";
  made.append(document.createElement("h2"));
  made.firstChild.textContent = grid().dataset.today;
  grid().prepend(made);
  return made;
}

function placeFor(item) {
  const tile = document.createElement("li");
  tile.className = "tile arriving";
  tile.id = `arriving-${item.key}`;
  const link = document.createElement("span");
  link.className = "tile-link";
  if (item.file && !/hei[cf]|tiff?$/i.test(item.file.type || item.name)) {
    const image = document.createElement("img");
    image.alt = "";
    image.loading = "lazy";
    image.decoding = "async";
    image.src = URL.createObjectURL(item.file);
    image.addEventListener("error", () => image.remove(), { once: true });
    link.append(image);
  }
  const mark = document.createElement("span");
  mark.className = "tile-mark";
  const spinner = document.createElement("span");
  spinner.className = "spinner";
  mark.append(spinner, grid().dataset.arriving);
  tile.append(link, mark);
  return tile;
}

function makeRoom(items) {
  if (!takesNew()) return;
  const places = items
    .filter((item) => !document.getElementById(`arriving-${item.key}`))
    .map(placeFor);
  if (places.length) head().after(...places.reverse());
}

document.addEventListener("packshot:arriving", (event) => makeRoom(event.detail));
makeRoom(pending());

document.addEventListener("packshot:arrived", (event) => {
  for (const item of event.detail.items) {
    const shown = document.querySelector(`#arriving-${item.key} img`)?.src;
    if (shown) setTimeout(() => URL.revokeObjectURL(shown), 5000); // it lies below the new one for a moment
    const tile = event.detail.tiles.find((one) => one.dataset.id === item.image);
    const place = document.getElementById(`arriving-${item.key}`);
    const before = tile && document.getElementById(tile.id);
    if (before) {
      place?.remove();
      before.replaceWith(reveal(tile, before));
    }
    if (tile && place && !before) place.replaceWith(reveal(tile, place));
    else if (tile && !before && takesNew()) head().after(tile);
    else place?.remove();
  }
  follow();
});

document.addEventListener("packshot:dropped", (event) => {
  document.getElementById(`arriving-${event.detail.key}`)?.remove();
});

// Density is remembered.

const sizes = document.querySelector(".density");
sizes.hidden = false;

function setDensity(size) {
  grid().dataset.density = size;
  for (const button of sizes.children) {
    button.setAttribute("aria-pressed", String(button.dataset.density === size));
  }
}

setDensity(localStorage.getItem("packshot-density") ?? "m");
sizes.addEventListener("click", (event) => {
  const size = event.target.closest("[data-density]")?.dataset.density;
  if (!size) return;
  localStorage.setItem("packshot-density", size);
  setDensity(size);
});

document.body.addEventListener("htmx:afterSwap", () => {
  setDensity(localStorage.getItem("packshot-density") ?? "m");
  follow();
});

follow();
