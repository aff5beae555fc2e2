// Sending one file, and what its answer means.

const API = "/api/v1/images";
const LONGEST_WAIT = 60_000;

export function cookie(name) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

// 1, 2, 4 ... 60 seconds, a little apart so that three don't come at once; later where the site says so.
export function waitFor(tries, after) {
  const growing = Math.min(LONGEST_WAIT, 1000 * 2 ** Math.min(tries - 1, 6));
  return Math.max(growing * (0.8 + 0.4 * Math.random()), 1000 * (after || 0));
}

// Answers { image } where it arrived, { retry, after, problem } where it should be sent again, { problem } where not.
export function send(item, onProgress) {
  return new Promise((done) => {
    const body = new FormData();
    body.append("file", item.file, item.name);
    body.append("chosenAt", new Date(item.order).toISOString());
    const xhr = new XMLHttpRequest();
    xhr.open("POST", API);
    xhr.setRequestHeader("Idempotency-Key", item.key);
    xhr.setRequestHeader("X-CSRFToken", cookie("csrftoken"));
    xhr.upload.addEventListener("progress", (event) => onProgress(Math.min(item.size, event.loaded)));
    xhr.addEventListener("loadend", () => done(meaning(xhr)));
    xhr.send(body);
  });
}

function meaning(xhr) {
  let answer = {};
  try {
    answer = JSON.parse(xhr.responseText);
  } catch {
    // Not ours, or nothing at all.
  }
  if (xhr.status === 201) return { image: answer.data.id };
  const after = Number(xhr.getResponseHeader("Retry-After")) || 0;
  const again = [0, 401, 408, 409, 425, 429].includes(xhr.status) || xhr.status >= 500;
  return { retry: again, after, problem: xhr.status ? problemOf(answer) : "" };
}

export function problemOf(answer) {
  const fields = Object.values(answer.details?.fields ?? answer.fields ?? {}).flat();
  return fields[0] ?? answer.error ?? answer.message ?? "";
}

// How long the rest will take, by what went in the last minute.
export class Clock {
  #went = [];

  count(bytes) {
    this.#went.push([performance.now(), bytes]);
  }

  reset() {
    this.#went = [];
  }

  about(rest, words) {
    const since = performance.now() - 60_000;
    this.#went = this.#went.filter(([at]) => at > since);
    if (this.#went.length < 3) return "";
    const span = performance.now() - this.#went[0][0];
    const bytes = this.#went.slice(1).reduce((sum, [, some]) => sum + some, 0);
    const seconds = (rest / Math.max(1, bytes)) * (span / 1000);
    if (seconds < 2) return "";
    return seconds < 90
      ? words("seconds", { count: Math.max(5, 5 * Math.round(seconds / 5)) })
      : words("minutes", { count: Math.round(seconds / 60) });
  }
}
