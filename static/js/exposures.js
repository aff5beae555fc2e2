// Photos that came together and look like exposures of one view: the library offers to merge them.

import { pending } from "./uploads.js";

const box = document.getElementById("exposures");
// Photos of one view come one after the other: they are looked at once no more is on its way.
const CALM_MS = 1500;
let came = new Set();
let timer = 0;

async function look() {
  if (pending().length) return wait();
  const ids = [...came];
  came = new Set();
  if (ids.length < 2) return undefined;
  const body = new URLSearchParams(ids.map((id) => ["ids", id]));
  body.append("csrfmiddlewaretoken", document.querySelector("#selection [name=csrfmiddlewaretoken]").value);
  const answer = await fetch(box.dataset.url, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
  // An offer, no more: where there is none, nothing is said.
  if (answer?.status !== 200) return undefined;
  const html = document.createElement("template");
  html.innerHTML = await answer.text();
  return box.append(html.content);
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(look, CALM_MS);
}

document.addEventListener("packshot:arrived", (event) => {
  for (const item of event.detail.items) came.add(item.image);
  wait();
});

box.addEventListener("click", (event) => {
  if (event.target.closest("[data-no-exposures]")) event.target.closest("form").remove();
});
