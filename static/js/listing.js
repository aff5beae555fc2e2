// One listing: counters, copying, the order of photos, and a warning before words are lost.

import "../vendor/sortable.min.js";

// Counted as marketplaces count: by code point, not by UTF-16 unit.
function count(counter) {
  const field = document.getElementById(counter.dataset.counter);
  const text = field.value || field.placeholder;
  const length = [...text].length;
  counter.querySelector("output").textContent = length;
  for (const limit of counter.querySelectorAll("[data-most]")) {
    limit.classList.toggle("over", length > Number(limit.dataset.most));
  }
}

const counters = () => document.querySelectorAll("[data-counter]");
counters().forEach(count);

// The marketplace that is open stands in sight, however many there are.
for (const tab of document.querySelectorAll(".words-panel > .tabs > [aria-current]")) {
  tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48;
}

let isDirty = false;
const form = document.querySelector("[data-guard]");

function dirty(is) {
  isDirty = is;
  const said = form?.querySelector("[data-unsaved]");
  if (said) said.hidden = !is;
}

document.addEventListener("input", (event) => {
  for (const counter of counters()) {
    if (counter.dataset.counter === event.target.id) count(counter);
  }
  if (event.target.form === form) dirty(true);
});

form?.addEventListener("submit", () => dirty(false));
addEventListener("beforeunload", (event) => {
  if (isDirty) event.preventDefault();
});

if (form && document.querySelector(".clash")) dirty(true);

function put(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

document.addEventListener("click", async (event) => {
  const take = event.target.closest("[data-take]");
  if (take) put(document.getElementById(take.dataset.into), document.getElementById(take.dataset.take).textContent);
  const suggested = event.target.closest("[data-put]");
  if (suggested) {
    const field = document.getElementById(suggested.dataset.into);
    if (field) put(field, suggested.dataset.put);
  }
  const copy = event.target.closest("[data-copy-from]");
  if (copy) await copied(copy, document.getElementById(copy.dataset.copyFrom));
});

async function copied(button, field) {
  const text = field.matches("select") ? field.selectedOptions[0].textContent : field.value || field.placeholder;
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1600);
  } catch {
    // No clipboard outside https: the text is selected instead, ready for the keyboard.
    field.focus();
    field.select?.();
  }
}

// The row of photos: by drag here, by the arrows of each photo, and by arrow keys on it.
function sortable() {
  const strip = document.querySelector("[data-strip]");
  if (!strip || strip.dataset.ready) return;
  strip.dataset.ready = "1";
  self.Sortable.create(strip, {
    animation: 150,
    draggable: ".strip-photo",
    filter: ".strip-tools",
    preventOnFilter: false,
    delay: 120,
    delayOnTouchOnly: true,
    onEnd: ({ oldIndex, newIndex }) => {
      if (oldIndex !== newIndex) send(strip);
    },
  });
}

function send(strip) {
  const order = [...strip.querySelectorAll("[data-id]")].map((item) => item.dataset.id);
  const { action } = strip.closest("form");
  htmx.ajax("POST", action, { values: { order }, target: "#strip", swap: "outerHTML" });
}

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.(".strip-photo");
  const button = { ArrowLeft: "earlier", ArrowRight: "later" }[event.key];
  if (!item || !button) return;
  event.preventDefault();
  item.querySelector(`[name="${button}"]:not(:disabled)`)?.click();
});

// The button that moved a photo keeps the focus; at the end of the row, the other one takes it.
let focused = "";
document.body.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.id ?? "";
});
document.body.addEventListener("htmx:afterSwap", () => {
  const button = focused && document.getElementById(focused);
  if (button?.disabled) button.parentElement.querySelector("button:not(:disabled)")?.focus();
});

document.body.addEventListener("htmx:load", sortable);
sortable();
