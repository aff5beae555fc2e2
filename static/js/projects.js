// Projects: dialogs that open themselves after a mistake, and choosing pictures of one.

import { choosing } from "./choosing.js";

for (const dialog of document.querySelectorAll("dialog[data-open]")) dialog.showModal();

const form = document.getElementById("project-form");

if (form) {
  const bar = document.getElementById("project-bar");
  const count = document.getElementById("project-count");
  const { boxes, draw } = choosing(form, (chosen) => {
    count.textContent = chosen.length ? `${count.dataset.text} ${chosen.length}` : "";
    bar.classList.toggle("is-away", !chosen.length);
    form.classList.toggle("is-choosing", chosen.length > 0);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    for (const box of boxes) box.checked = false;
    draw();
  });
}
