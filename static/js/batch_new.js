// A new batch: how many pictures it makes stands on the button.

const form = document.getElementById("batch-form");
const words = document.getElementById("start-words");
const all = document.getElementById("choose-all");
const most = Number(form.dataset.most);
const start = words?.textContent;

function count() {
  const ids = form.querySelectorAll("[name=ids]:checked").length;
  const isOfRooms = form.querySelector("[name=shows][value=room]")?.checked;
  const looks = form.querySelectorAll(":is([name=looks], [name=made_here]):checked").length;
  const packs = [...form.querySelectorAll("[name=packs]:checked")].reduce((sum, box) => sum + Number(box.dataset.looks), 0);
  const made = isOfRooms ? ids : ids * (looks + packs);
  words.textContent = made ? `${start} · ${made}` : start;
}

if (all) {
  const boxes = [...form.querySelectorAll("[name=ids]")];
  all.hidden = false;
  all.addEventListener("click", () => {
    const wanted = !boxes.slice(0, most).every((box) => box.checked);
    boxes.forEach((box, index) => { box.checked = wanted && index < most; });
    count();
  });
}
form.querySelector("[data-set]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const set = event.currentTarget.dataset.set.split(" ");
  form.querySelectorAll("[name=looks]:enabled").forEach((box) => { box.checked ||= set.includes(box.value); });
  count();
});
form.addEventListener("change", count);
count();
