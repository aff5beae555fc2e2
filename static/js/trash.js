// Choosing in the trash: some or all, and how many there are.

import { choosing } from "./choosing.js";

const form = document.getElementById("trash-form");

if (form) {
  const all = document.getElementById("trash-all");
  const count = document.getElementById("trash-count");
  const buttons = form.querySelectorAll(".trash-bar button");
  const boxCount = form.querySelectorAll('input[name="ids"]').length;
  const { boxes } = choosing(form, (chosen) => {
    all.checked = chosen.length === boxCount;
    all.indeterminate = chosen.length > 0 && !all.checked;
    count.textContent = chosen.length ? `${count.dataset.text} ${chosen.length}` : "";
    for (const button of buttons) button.disabled = !chosen.length;
  });

  all.closest("label").hidden = false;
  // Its change goes on to the form, which counts.
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
}
