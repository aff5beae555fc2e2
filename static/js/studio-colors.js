// Colors of the brand and the last ones used, as swatches; and picking one from the screen.

import { form } from "./studio-form.js";

const RECENT = "packshot-recent-colors";
const MOST = 8;
const box = document.getElementById("swatches");
const swatch = document.getElementById("color-swatch");
const dropper = document.querySelector('[data-do="eyedropper"]');

function recent() {
  const kept = (localStorage.getItem(RECENT) ?? "").split(" ");
  return kept.filter((color) => /^#[0-9a-f]{6}$/.test(color)).slice(0, MOST);
}

// The chosen color counts as used once it was kept for something, not while it is looked for.
export function use() {
  if (form.elements.background?.value !== "color") return;
  const color = form.elements.color.value;
  localStorage.setItem(RECENT, [color, ...recent().filter((one) => one !== color)].slice(0, MOST).join(" "));
  fill();
}

function row(title, colors) {
  const line = document.createElement("div");
  const words = document.createElement("span");
  words.textContent = title;
  line.append(words);
  for (const color of colors) {
    const button = document.createElement("button");
    button.type = "button";
    button.title = color;
    button.setAttribute("aria-label", `${title}: ${color}`);
    button.dataset.color = color;
    button.style.setProperty("--color", color);
    button.addEventListener("click", () => pick(color));
    line.append(button);
  }
  return line;
}

function fill() {
  if (!box) return;
  const brand = box.dataset.brand.split(" ").filter(Boolean).map((color) => color.slice(0, 7));
  const last = recent().filter((color) => !brand.includes(color));
  box.replaceChildren(
    ...(brand.length ? [row(box.dataset.textBrand, brand)] : []),
    ...(last.length ? [row(box.dataset.textRecent, last)] : []),
  );
  show();
}

function pick(color) {
  const { color: field } = form.elements;
  field.value = color;
  for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
}

// Paint what shows the chosen color.
export function show() {
  if (!box) return;
  const { value } = form.elements.color;
  swatch.style.setProperty("--color", value);
  for (const button of box.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.dataset.color === value));
}

if (dropper && window.EyeDropper) {
  dropper.hidden = false;
  dropper.addEventListener("click", async () => {
    try {
      pick((await new window.EyeDropper().open()).sRGBHex);
    } catch {
      // Escape: nothing was picked.
    }
  });
}

fill();
