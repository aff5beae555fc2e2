// One picture: choosing a colour is choosing to have one.

document.addEventListener("input", (event) => {
  if (event.target.name !== "color") return;
  const custom = event.target.form.querySelector('[name="background"][value="custom"]');
  if (custom) custom.checked = true;
});
