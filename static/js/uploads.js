// Uploads on every page: a docked list that goes on by itself until every photo has arrived.
//
// One file a request, three at a time, each with its own Idempotency-Key: sent again, it is kept once. The list is
// in IndexedDB (uploads_store.js). Other scripts listen to packshot:arriving, packshot:arrived, packshot:dropped.

import * as store from "./uploads_store.js";
import { Clock, cookie, send, waitFor } from "./uploads_send.js";

const dock = document.getElementById("uploads");
const user = dock?.dataset.user ?? "";
const tab = crypto.getRandomValues(new Uint32Array(2)).join("-");
const AT_ONCE = 3;
const OLDEST_MS = 7 * 86400_000;
const sending = new Map(); // key -> bytes that went
const clock = new Clock();
let items = [];
// The order in which photos were chosen, in milliseconds of the site's clock: as they arrive three at a time, the
// library goes by that.
const ahead = Number(dock?.dataset.clock ?? 0) * 1000 - Date.now();
let order = 0;
let timer = 0;

const words = (name, values = {}) =>
  (dock.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key]);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`packshot:${name}`, { detail }));

export function wantsCutOut() {
  return localStorage.getItem("packshot-cut-out") !== "no";
}

export function setCutOut(wanted) {
  localStorage.setItem("packshot-cut-out", wanted ? "yes" : "no");
}

// What waits to be sent, or is on its way.
export function pending() {
  return items.filter((item) => item.state === "waiting");
}

export async function add(files) {
  const maxBytes = Number(dock.dataset.maxBytes);
  const added = [];
  for (const file of files) {
    order = Math.max(order + 1, Date.now() + ahead);
    const key = crypto.getRandomValues(new Uint32Array(4)).reduce((text, n) => text + n.toString(36), "up-");
    const isTooLarge = file.size > maxBytes;
    added.push({
      key, user, file: isTooLarge ? null : file, size: file.size, order,
      name: file.name || "photo.png",
      cutOut: wantsCutOut(), added: Date.now(), state: isTooLarge ? "refused" : "waiting", tries: 0,
      nextTry: 0, heldBy: "", heldUntil: 0, image: "",
      problem: isTooLarge ? words("tooLarge") : "",
    });
  }
  items.push(...added);
  draw();
  tell("arriving", added.filter((item) => item.state === "waiting"));
  for (const item of added) await store.put(item);
  pump();
}

async function pump() {
  clearTimeout(timer);
  const now = Date.now();
  const waiting = items.filter((item) => item.state === "waiting" && !sending.has(item.key));
  for (const item of waiting) {
    if (sending.size >= AT_ONCE || !navigator.onLine) break;
    if (item.nextTry > now) continue;
    sending.set(item.key, 0);
    deliver(item);
  }
  const next = Math.min(...waiting.map((item) => item.nextTry).filter((at) => at > now));
  if (Number.isFinite(next)) timer = setTimeout(pump, Math.max(250, next - now));
  draw();
}

async function deliver(item) {
  const held = await store.hold(item.key, tab);
  if (!held) {
    sending.delete(item.key);
    return refresh();
  }
  const keeper = setInterval(() => store.keepHolding(item.key, tab), 4000);
  let answer;
  try {
    answer = await send(held, (went) => {
      sending.set(item.key, went);
      draw();
    });
  } finally {
    clearInterval(keeper);
    sending.delete(item.key);
  }
  if (answer.image) {
    clock.count(item.size);
    await settle(item, { state: "sent", file: null, image: answer.image, problem: "", tries: 0, nextTry: 0 });
    arrive();
  } else if (answer.retry) {
    const tries = item.tries + 1;
    const wait = waitFor(tries, answer.after);
    await settle(item, {
      tries, nextTry: Date.now() + wait, heldUntil: 0,
      problem: answer.problem || words("lost"),
    });
  } else {
    await settle(item, { state: "refused", file: null, problem: answer.problem || words("failed") });
    tell("dropped", item);
  }
  pump();
}

async function settle(item, changes) {
  Object.assign(item, changes);
  await store.change(item.key, (kept) => void Object.assign(kept, changes));
  draw();
}

// What has arrived is shown and cut out. Each request counts, so the first photo goes alone and later ones are
// gathered, for longer and longer; where the site says to wait, they wait and go on by themselves.
const SOON_MS = 350;
const LONGEST_GATHERING_MS = 10_000;
const MOST = 50;
let rounds = 0;
let gathering = 0;
let oldest = 0;
let isBringing = false;

const sent = () => items.filter((item) => item.state === "sent");

function arrive() {
  const due = sent();
  if (!due.length || isBringing) return;
  const now = Date.now();
  oldest ||= now;
  const isLast = !items.some((item) => item.state === "waiting");
  const gather = oldest + Math.min(LONGEST_GATHERING_MS, SOON_MS * 2 ** rounds);
  const from = isLast || due.length >= MOST ? Math.min(gather, now + SOON_MS) : gather;
  const allowed = Math.min(...due.map((item) => item.nextTry));
  clearTimeout(gathering);
  gathering = setTimeout(bringAllIn, Math.max(0, from - now, allowed - now));
}

async function bringAllIn() {
  isBringing = true;
  oldest = 0;
  rounds += 1;
  const now = Date.now();
  const due = sent().filter((item) => item.nextTry <= now);
  for (const cutOut of [true, false]) {
    const these = due.filter((item) => item.cutOut === cutOut).slice(0, MOST);
    if (these.length) await bringIn(these, cutOut);
  }
  isBringing = false;
  arrive();
}

async function bringIn(these, cutOut) {
  const answer = await ask(these, cutOut);
  if (!answer.ok) {
    await putOff(these, answer);
    if (cutOut && answer.status === 429) await showMeanwhile(these);
    return;
  }
  const html = await contentOf(answer);
  const named = html.querySelector("[data-problem]");
  const problem = named?.textContent ?? "";
  const left = new Set(named?.dataset.left?.split(" "));
  for (const item of these) {
    await settle(item, left.has(item.image) ? { state: "refused", problem } : { state: "done", problem: "" });
  }
  tell("arrived", { items: these, tiles: [...html.querySelectorAll(".tile")] });
  if (problem) tell("toast", { text: problem, level: "error" });
  await finish();
}

async function ask(these, cutOut) {
  const body = new URLSearchParams();
  for (const item of these) body.append("ids", item.image);
  if (cutOut) body.append("cut_out", "on");
  try {
    return await fetch(dock.dataset.arrived, {
      method: "POST", body,
      headers: { "HX-Request": "true", "X-CSRFToken": cookie("csrftoken") },
    });
  } catch {
    return new Response(null, { status: 503 });
  }
}

async function contentOf(answer) {
  const html = document.createElement("template");
  html.innerHTML = await answer.text();
  return html.content;
}

// They stay on the list, and so does every other one that came meanwhile: the site would refuse it, too.
async function putOff(these, answer) {
  const after = Number(answer.headers.get("Retry-After")) || 0;
  const wait = waitFor(Math.max(...these.map((item) => item.tries)) + 1, after);
  const minutes = Math.max(1, Math.round(wait / 60_000));
  const problem = answer.status === 429 ? words("later", { minutes }) : words("lost");
  const alike = answer.status === 429 ? sent().filter((item) => item.cutOut) : [];
  for (const item of new Set([...these, ...alike])) {
    await settle(item, { tries: item.tries + 1, nextTry: Date.now() + wait, problem });
  }
}

async function showMeanwhile(these) {
  const answer = await ask(these, false);
  if (!answer.ok) return;
  tell("arrived", { items: these, tiles: [...(await contentOf(answer)).querySelectorAll(".tile")] });
}

// Once all have come to rest, the round is over: what arrived is forgotten, what did not stays named.
async function finish() {
  if (items.some((item) => item.state === "waiting" || item.state === "sent")) return;
  const done = items.filter((item) => item.state === "done");
  if (!done.length) return;
  for (const item of done) await store.remove(item.key);
  setTimeout(() => {
    items = items.filter((item) => !done.includes(item));
    clock.reset();
    rounds = 0;
    draw();
  }, 4000);
}

function left() {
  return items.filter((item) => item.state === "waiting" || item.state === "sent");
}

function draw() {
  if (!dock) return;
  const open = left();
  const bad = items.filter((item) => item.state === "refused");
  const arrived = items.filter((item) => item.state === "done" || item.state === "sent").length;
  const total = items.length - bad.length;
  dock.hidden = !items.length;
  if (dock.hidden) return;
  const size = (some) => some.reduce((sum, item) => sum + item.size, 0);
  const went = [...sending.values()].reduce((sum, bytes) => sum + bytes, 0);
  const good = items.filter((item) => item.state !== "refused");
  const whole = Math.max(1, size(good));
  const rest = size(good.filter((item) => item.state === "waiting")) - went;
  const bar = dock.querySelector("progress");
  bar.hidden = !open.length;
  bar.value = Math.round((1000 * (whole - rest)) / whole);
  const stuck = open.find((item) => item.problem && item.nextTry > Date.now());
  const text = !open.length
    ? total ? words(total === 1 ? "doneOne" : "done", { total }) : ""
    : words("of", { arrived, total }) + (clock.about(rest, words) || "");
  dock.querySelector("[data-summary]").textContent = text || words("refused", { total: bad.length });
  dock.querySelector("[data-why]").textContent = !open.length
    ? ""
    : navigator.onLine ? stuck?.problem ?? "" : words("offline");
  dock.querySelector("[data-now]").hidden = !(open.length && (stuck || !navigator.onLine));
  dock.querySelector("[data-forget-all]").hidden = bad.length < 2;
  drawProblems(bad);
}

async function forget(which) {
  const gone = items.filter(which);
  items = items.filter((item) => !gone.includes(item));
  draw();
  for (const item of gone) await store.remove(item.key);
}

function drawProblems(bad) {
  const list = dock.querySelector("ul");
  const shown = new Map([...list.children].map((row) => [row.dataset.key, row]));
  for (const item of bad) {
    if (shown.delete(item.key)) continue;
    const row = document.getElementById("upload-problem").content.firstElementChild.cloneNode(true);
    row.dataset.key = item.key;
    row.querySelector("[data-name]").textContent = item.name;
    row.querySelector("[data-problem]").textContent = item.problem;
    list.append(row);
  }
  for (const row of shown.values()) row.remove();
}

async function refresh() {
  const kept = await store.all(user);
  const known = new Map(items.map((item) => [item.key, item]));
  for (const item of kept) {
    if (item.added < Date.now() - OLDEST_MS) await store.remove(item.key);
    else if (!known.has(item.key)) items.push(item);
    else if (!sending.has(item.key)) Object.assign(known.get(item.key), item);
  }
  draw();
}

function goOn() {
  for (const item of items) item.nextTry = 0;
  pump();
  arrive();
}

if (dock) {
  new ResizeObserver(() => document.body.style.setProperty("--dock", `${dock.offsetHeight}px`)).observe(dock);
  dock.addEventListener("click", async (event) => {
    if (event.target.closest("[data-now]")) goOn();
    const row = event.target.closest("li");
    if (row && event.target.closest("[data-forget]")) await forget((item) => item.key === row.dataset.key);
    if (event.target.closest("[data-forget-all]")) await forget((item) => item.state === "refused");
  });
  addEventListener("online", goOn);
  addEventListener("offline", draw);
  document.addEventListener("visibilitychange", () => document.hidden || goOn());
  // Going on to another page of ours loses nothing; leaving for good would have to wait for a next visit.
  let staysHere = false;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    staysHere = Boolean(link && link.origin === location.origin && !link.target);
  });
  document.addEventListener("submit", () => (staysHere = true));
  addEventListener("beforeunload", (event) => {
    if (left().length && !(staysHere && store.isLasting)) event.preventDefault();
  });
  await refresh();
  arrive();
  await finish();
  pump();
}
