// Tiles that will still change by themselves. The server's events say when to ask about them; where events don't come,
// and for thumbnails, of which none tells, the clock does.

import { offer, tell } from "./notify.js";

const MOST = 100;
const FASTEST_MS = 1000;
const SLOWEST_MS = 4000;
const TOLD_MS = 10_000; // while events come: for the one that may get lost
const GATHER_MS = 300;
const UNSEEN_MS = 10_000; // while another window is looked at
const NEWS = ["job.queued", "job.started", "job.requeued", "job.completed", "job.failed", "job.cancelled"];
let timer = 0;
let pause = FASTEST_MS;
let isAsking = false;
let isWanted = false;
let stream = null;
let isTold = false;
let awaited = 0; // at most at once, since all was last at rest

const watched = () => [...document.querySelectorAll(".tile[data-watch]")].reverse().slice(0, MOST);

// The new picture wipes over the one before, and nothing moves.
export function reveal(tile, before) {
  const fresh = tile.querySelector("img");
  const old = before.querySelector("img, .shimmer");
  const box = before.querySelector("input[type=checkbox]");
  if (box?.checked) tile.querySelector("input[type=checkbox]").checked = true;
  if (fresh && old && fresh.getAttribute("src") !== old.getAttribute("src")) {
    fresh.before(old);
    fresh.classList.add("fresh");
    fresh.style.setProperty("visibility", "hidden");
    const show = () => {
      fresh.style.removeProperty("visibility");
      fresh.addEventListener("animationend", () => old.remove(), { once: true });
      setTimeout(() => old.remove(), 900);
    };
    if (fresh.complete) show();
    else {
      fresh.loading = "eager";
      fresh.addEventListener("load", show, { once: true });
      fresh.addEventListener("error", show, { once: true });
    }
  }
  return tile;
}

function take(html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  for (const tile of answer.content.querySelectorAll(".tile")) {
    const before = document.getElementById(tile.id);
    if (!before) continue;
    tile.querySelector(".tile-link").href = before.querySelector(".tile-link").href; // with the list it stands in
    const hadFocus = before.querySelector(".tile-link") === document.activeElement;
    before.replaceWith(reveal(tile, before));
    if (hadFocus) tile.querySelector(".tile-link").focus({ preventScroll: true });
  }
  for (const gone of answer.content.querySelectorAll("[data-gone]")) {
    document.getElementById(`tile-${gone.dataset.gone}`)?.remove();
  }
  const said = answer.content.querySelector("[data-said]")?.textContent.trim();
  if (said) document.getElementById("announcer").textContent = said;
}

async function ask() {
  const marks = watched();
  if (!marks.length || isAsking) return;
  isAsking = true;
  isWanted = false;
  const query = new URLSearchParams();
  for (const tile of marks) query.append("watch", tile.dataset.watch);
  try {
    const answer = await fetch(`/library/live/?${query}`, { headers: { "HX-Request": "true" } });
    const hasNews = answer.status === 200 || answer.status === 286;
    if (hasNews) take(await answer.text());
    pause = hasNews ? FASTEST_MS : Math.min(SLOWEST_MS, pause * 1.25);
  } catch {
    pause = SLOWEST_MS; // asked again: the row is the truth, and waits
  }
  isAsking = false;
  follow();
}

// Something happened: asked once for all that happens together, and again where it happened during an answer.
function askSoon() {
  isWanted = true;
  clearTimeout(timer);
  timer = setTimeout(ask, GATHER_MS);
}

// Only while something is awaited on a page that is seen: browsers keep few connections to one site.
function listen() {
  if (stream || !("EventSource" in window)) return;
  stream = new EventSource("/library/events/");
  stream.addEventListener("stream.open", () => {
    isTold = true;
    askSoon(); // what happened before the stream began
  });
  stream.addEventListener("error", () => (isTold = false));
  for (const name of NEWS) stream.addEventListener(name, askSoon);
}

function stopListening() {
  stream?.close();
  stream = null;
  isTold = false;
}

export function follow() {
  clearTimeout(timer);
  const tiles = watched();
  offer(tiles.length);
  if (!tiles.length) {
    if (document.hidden && awaited) tell(awaited);
    awaited = 0;
    return void stopListening();
  }
  awaited = Math.max(awaited, tiles.length);
  if (document.hidden) {
    stopListening();
    timer = setTimeout(ask, UNSEEN_MS);
    return;
  }
  listen();
  if (isAsking) return;
  const isAllTold = isTold && tiles.every((tile) => ["pending", "processing"].includes(tile.dataset.state));
  timer = setTimeout(ask, isWanted ? GATHER_MS : isAllTold ? TOLD_MS : pause);
}

document.addEventListener("visibilitychange", () => {
  pause = FASTEST_MS;
  follow();
});
document.addEventListener("packshot:arrived", () => (pause = FASTEST_MS));
