// Home: photos that are chosen, dropped or pasted go to the library, and are seen arriving there.

import { follow } from "./tiles.js";
import { add, setCutOut, wantsCutOut } from "./uploads.js";

const form = document.getElementById("upload");
const chooser = document.getElementById("files");
const cutOut = document.getElementById("cut-out");

cutOut.checked = wantsCutOut();
cutOut.addEventListener("change", () => setCutOut(cutOut.checked));

async function bring(files) {
  if (!files.length) return;
  await add(files);
  location.assign(form.getAttribute("action").replace("upload/", ""));
}

chooser.addEventListener("change", () => bring([...chooser.files]));
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-add]")) return;
  event.preventDefault();
  chooser.click();
});
document.addEventListener("paste", (event) => bring([...(event.clipboardData?.files ?? [])]));

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  bring([...event.dataTransfer.files]);
});

follow();
