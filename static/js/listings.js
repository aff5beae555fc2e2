// Lists of listings and of photos to choose from: choosing many, and what is done with them.

const bulk = document.querySelector("[data-bulk]");
const boxes = () => [...document.querySelectorAll('[name="listings"], [name="images"]')];
let last = null;

document.documentElement.classList.add("scripted");

// The words come with the page, in its language.
function words(count) {
  for (const one of document.querySelectorAll("[data-chosen]")) {
    one.textContent = count ? one.dataset.chosen.replace("{n}", count) : "";
  }
}

// Photos are sent in the order in which they were chosen, and say it: the first is the cover.
let order = [];

function number(chosen) {
  order = [...order.filter((box) => chosen.includes(box)), ...chosen.filter((box) => !order.includes(box))];
  for (const tile of document.querySelectorAll(".choose-tile")) {
    const place = order.indexOf(tile.querySelector("input")) + 1;
    if (place) tile.dataset.number = place;
    else tile.removeAttribute("data-number");
  }
}

document.getElementById("choose")?.addEventListener("formdata", ({ formData }) => {
  formData.delete("images");
  for (const box of order) formData.append("images", box.value);
});

function show() {
  const chosen = boxes().filter((box) => box.checked);
  words(chosen.length);
  number(chosen);
  for (const box of boxes()) box.closest("tr, li")?.classList.toggle("chosen", box.checked);
  if (bulk) {
    bulk.classList.toggle("risen", chosen.length > 0);
    bulk.querySelector("[data-none]").hidden = !chosen.length;
  }
  const all = document.querySelector("[data-all]");
  if (!all) return;
  all.checked = chosen.length > 0 && chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
}

// Shift: everything between the last box that was clicked and this one.
document.addEventListener("click", (event) => {
  const box = event.target.closest?.('[name="listings"], [name="images"]');
  if (!box) return;
  const all = boxes();
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(from, to + 1)) one.checked = box.checked;
  }
  last = box;
  show();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  if (event.target.matches("[data-submit] select")) event.target.form.requestSubmit();
  show();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("details[open], dialog[open]")) none();
});

function none() {
  for (const box of boxes()) box.checked = false;
  show();
}

bulk?.querySelector("[data-none]").addEventListener("click", none);
document.body.addEventListener("htmx:load", show);
show();
