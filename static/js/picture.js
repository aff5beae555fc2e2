// One picture: picking a color selects the "Color" background.

document.addEventListener("input", (event) => {
  if (event.target.name !== "color") return;
  const custom = event.target.form.querySelector('[name="background"][value="custom"]');
  if (custom) custom.checked = true;
});
