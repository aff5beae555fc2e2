// Projects: dialogs that open themselves after a mistake, and choosing pictures of one.

for (const dialog of document.querySelectorAll("dialog[data-open]")) dialog.showModal();

const form = document.getElementById("project-form");

if (form) {
  const boxes = [...form.querySelectorAll('input[name="ids"]')];
  const bar = document.getElementById("project-bar");
  const count = document.getElementById("project-count");
  let last = null;

  function show() {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? `${count.dataset.text} ${chosen}` : "";
    bar.classList.toggle("is-away", chosen === 0);
    form.classList.toggle("is-choosing", chosen > 0);
  }

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
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
    for (const box of boxes) box.checked = false;
    show();
  });
  window.addEventListener("pageshow", show);
  show();
}
