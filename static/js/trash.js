// Choosing in the trash: all at once, a stretch with Shift, and how many there are.

const form = document.getElementById("trash-form");

if (form) {
  const boxes = [...form.querySelectorAll('input[name="ids"]')];
  const all = document.getElementById("trash-all");
  const count = document.getElementById("trash-count");
  const buttons = form.querySelectorAll(".trash-bar button");
  let last = null;

  function show() {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && !all.checked;
    count.textContent = chosen ? `${count.dataset.text} ${chosen}` : "";
    for (const button of buttons) button.disabled = chosen === 0;
  }

  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      const [from, to] = [Math.min(at, last), Math.max(at, last)];
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = at;
    show();
  });
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}
