// Home: photos that are chosen, dropped or pasted go to the library, and are seen arriving there.

import { bringing } from "./bringing.js";
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

bringing(chooser, bring, (held) => form.classList.toggle("over", held));
follow();
