// Previews: the server's own rendering of what is chosen, one at a time, and always the newest state.

import { form } from "./studio-form.js";

const CALM_MS = 180;
const MOST_WAITS = 3;

// `show` takes a picture, `fail` takes what the server says instead, `busy` whether one is awaited.
export function previewer(address, { show, fail, busy }) {
  let wanted = false;
  let running = false;
  let timer = 0;
  let waits = 0;
  let round = 0; // what was asked for in an earlier one is not wanted any more

  async function fetched(changes = {}) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(changes)) body.set(name, value);
    const response = await fetch(address, { method: "POST", body, headers: { Accept: "image/webp, application/json" } });
    if (response.ok && response.headers.get("Content-Type") === "image/webp") {
      const ignored = decodeURIComponent(response.headers.get("X-Not-Understood") ?? "");
      return { blob: await response.blob(), size: response.headers.get("X-Result-Size") ?? "", ignored };
    }
    const isTold = response.headers.get("Content-Type")?.startsWith("application/json");
    const told = isTold ? await response.json() : {};
    return { code: told.code ?? "", message: told.message ?? "", status: response.status, after: Number(response.headers.get("Retry-After")) || 5 };
  }

  // What is refused for being too much, or for a moment, is asked again a few times, and then no more.
  function refused(told) {
    const isForNow = told.status === 429 || told.status === 503;
    const isAskedAgain = isForNow && waits < MOST_WAITS;
    fail({ ...told, isAskedAgain });
    if (!isAskedAgain) return;
    waits += 1;
    timer = setTimeout(ask, Math.min(60, told.after * waits) * 1000);
  }

  async function ask() {
    clearTimeout(timer);
    if (running) {
      wanted = true;
      return;
    }
    running = true;
    wanted = false;
    busy(true);
    const mine = round;
    try {
      const answer = await fetched();
      if (wanted || mine !== round) return;
      if (answer.blob) {
        waits = 0;
        await show(answer);
      } else refused(answer);
    } catch {
      fail({ code: "", message: "", status: 0 });
    } finally {
      running = false;
      busy(wanted);
      if (wanted) ask();
    }
  }

  return {
    fetched,
    ask() {
      waits = 0;
      ask();
    },
    soon() {
      waits = 0;
      clearTimeout(timer);
      timer = setTimeout(ask, CALM_MS);
    },
    drop() {
      round += 1;
      clearTimeout(timer);
      wanted = false;
    },
  };
}
