// The photo takes a while to arrive: say so, and don't send it twice.

const form = document.querySelector("[data-tryout]");

form?.addEventListener("submit", () => {
  const button = form.querySelector("button");
  button.textContent = button.dataset.textBusy;
  button.disabled = true;
});

// Coming back by the browser's button finds the form as it was.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
