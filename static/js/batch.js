// A batch as it goes on: the server's events say when to ask, and where they don't come, the clock does.

const POLL_MS = 2000;
const QUIET_MS = 6000; // an event stream that a proxy holds back looks open and says nothing
const GATHER_MS = 400;
const LONGEST_REST_MS = 60_000;
const NEWS = ["job.started", "job.completed", "job.failed", "job.cancelled", "batch.progress", "batch.completed"];

const root = document.getElementById("batch");
const state = () => document.getElementById("batch-state");
let cursor = state().dataset.cursor;
let isAsking = false;
let isWanted = false;
let gathering = 0;
let heard = 0;
let misses = 0;
let restUntil = 0;
let stream;

function put(fresh) {
  const old = document.getElementById(fresh.id);
  if (!old) return;
  const isNew = fresh.matches(".batch-tile.completed") && !old.matches(".completed");
  const hadFocus = old.contains(document.activeElement) ? document.activeElement : null;
  const isWaitedFor = hadFocus?.closest("form, a") && fresh.id !== "batch-state";
  if (hadFocus && !isWaitedFor) return void updateFigures(old, fresh);
  fresh.classList.toggle("fresh", isNew);
  old.replaceWith(fresh);
  if (isWaitedFor) fresh.querySelector("a")?.focus();
}

// Somebody is at one of its buttons: only what is told changes.
function updateFigures(old, fresh) {
  old.dataset.open = fresh.dataset.open;
  old.dataset.cursor = fresh.dataset.cursor;
  for (const part of [".batch-figures", ".bar"]) old.querySelector(part)?.replaceWith(fresh.querySelector(part));
}

function end() {
  stream?.close();
  clearInterval(clock);
  document.getElementById("batch-said").textContent = root.dataset.said;
}

async function ask() {
  if (isAsking) {
    isWanted = true;
    return;
  }
  isAsking = true;
  try {
    const answer = await fetch(`${root.dataset.live}?after=${cursor}`, { headers: { "HX-Request": "true" } });
    if (answer.status === 200) {
      const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = parsed.getElementById("batch-state");
      cursor = told.dataset.cursor;
      // A bucket was listed meanwhile: its pictures are not on the page yet.
      if (told.dataset.total !== state().dataset.total) return void location.reload();
      const isOpen = told.dataset.open === "1";
      const title = `${told.querySelector("progress").value}/${told.querySelector("progress").max}`;
      document.title = document.title.replace(/^\d+\/\d+/, title);
      for (const fresh of [told, parsed.getElementById("batch-failures"), ...parsed.querySelectorAll(".batch-tile")]) put(fresh);
      if (!isOpen) end();
      misses = 0;
    } else if (answer.status === 204) {
      misses = 0;
    } else if (answer.status >= 500 || answer.status === 429) {
      misses += 1;
    } else {
      end(); // signed out, or gone: a reload tells
    }
  } catch {
    misses += 1;
  }
  // Without an answer the clock asks again, more and more seldom.
  restUntil = misses ? Date.now() + Math.min(LONGEST_REST_MS, POLL_MS * 2 ** misses) : 0;
  isAsking = false;
  if (isWanted) {
    isWanted = false;
    askSoon();
  }
}

function askSoon() {
  heard = Date.now();
  gathering ||= setTimeout(() => {
    gathering = 0;
    ask();
  }, GATHER_MS);
}

function listen() {
  if (!("EventSource" in window)) return;
  stream = new EventSource(`${root.dataset.events}?lastEventId=${cursor}`);
  for (const name of NEWS) stream.addEventListener(name, askSoon);
}

const clock = setInterval(() => {
  const isStreaming = stream?.readyState === EventSource.OPEN && Date.now() - heard < QUIET_MS;
  if (!isStreaming && !document.hidden && Date.now() >= restUntil) ask();
}, POLL_MS);
listen();
