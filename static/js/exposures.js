// Photos that came together and look like exposures of one view: the library offers to merge them, until somebody
// has answered, also after a reload.

import { toast } from "./toasts.js";
import { pending } from "./uploads.js";

const box = document.getElementById("exposures");
const selection = document.getElementById("selection");
const looking = document.getElementById("exposures-looking");
// Photos of one view come one after the other: they are looked at once no more is on its way.
const CALM_MS = 1500;
const KEPT = "packshot-exposures";
let came = new Set(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
let timer = 0;

function keep(ids) {
  came = new Set(ids);
  sessionStorage.setItem(KEPT, JSON.stringify([...came]));
}

function forget(ids) {
  keep([...came].filter((id) => !ids.includes(id)));
}

function sent(url, fields) {
  const body = new URLSearchParams(fields);
  body.set("csrfmiddlewaretoken", selection.querySelector("[name=csrfmiddlewaretoken]").value);
  return fetch(url, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => null);
}

async function look() {
  if (pending().length) return wait();
  const ids = [...came];
  if (ids.length < 2) return;
  let answer = await sent(box.dataset.url, ids.map((id) => ["ids", id]));
  while (answer?.status === 202) {
    looking.hidden = false;
    answer = await sent(box.dataset.url, [["job", (await answer.json()).job]]);
  }
  looking.hidden = true;
  // An offer, no more: where there is none, nothing is said.
  if (![200, 204].includes(answer?.status)) return;
  const html = document.createElement("template");
  html.innerHTML = await answer.text();
  for (const form of box.querySelectorAll("form")) form.remove();
  box.append(html.content);
  const offered = [...box.querySelectorAll("[name=ids]")].map((field) => field.value);
  const since = [...came].filter((id) => !ids.includes(id));
  keep([...offered, ...since]);
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(look, CALM_MS);
}

// Merge what a form names, and go to the result; where that can't be, say why and stay.
export async function merge(form) {
  const fields = new URLSearchParams(new FormData(form));
  fields.set("action", "merge");
  const answer = await sent(form.getAttribute("action"), fields);
  const result = answer?.ok && answer.headers.get("HX-Redirect");
  if (result) {
    forget(fields.getAll("ids"));
    return void location.assign(result);
  }
  const html = new DOMParser().parseFromString(answer ? await answer.text() : "", "text/html");
  toast({ text: html.querySelector(".toast p")?.textContent ?? selection.dataset.textAway, level: "error" });
}

document.addEventListener("packshot:arrived", (event) => {
  keep([...came, ...event.detail.items.map((item) => item.image)]);
  wait();
});

box.addEventListener("click", (event) => {
  const form = event.target.closest("[data-no-exposures]")?.closest("form");
  if (!form) return;
  forget(new FormData(form).getAll("ids"));
  form.remove();
});

box.addEventListener("submit", (event) => {
  event.preventDefault();
  merge(event.target);
});

if (came.size) wait();
