// The list of results: which is shown, and what becomes of work that is under way.

import { toast } from "./toasts.js";

const root = document.getElementById("studio");
const MOST_FAILURES = 5;
const OVER = [401, 403, 404, 410];
let shown = root.dataset.shown;
let failures = 0;

export const list = () => document.getElementById("results");

// The results there are, newest first.
export function entries() {
  return [...list().querySelectorAll("[data-url]")].map((element) => ({ ...element.dataset }));
}

export const current = () => entries().find((entry) => entry.id === shown);

export function isWorking() {
  return list().querySelector(".spinner") !== null;
}

// The newest work: its job, and its state as long as it has no result.
export const newest = () => ({ ...list().querySelector(".result")?.dataset });

// Which result is on the stage; "" for none. It isn't marked while a preview is seen instead of it.
export function mark(id, { isPreview = false } = {}) {
  shown = id;
  for (const element of list().querySelectorAll(".result")) {
    const is = Boolean(id) && !isPreview && element.dataset.id === id;
    element.classList.toggle("shown", is);
    const link = element.querySelector("[data-show]");
    if (is) link?.setAttribute("aria-current", "true");
    else link?.removeAttribute("aria-current");
  }
  if (isPreview) return;
  const isNewest = !id || entries()[0]?.id === id;
  const query = new URLSearchParams(location.search);
  const from = query.get("list"); // the list that the picture was opened from
  const told = new URLSearchParams({ ...(isNewest ? {} : { result: id }), ...(from ? { list: from } : {}) }).toString();
  history.replaceState(history.state, "", told ? `?${told}` : location.pathname);
}

// `show` is called with the entry whose "Show" was clicked; `changed` after the list is another, with the
// element whose request that was.
export function follow({ show, changed }) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-show]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { id } = link.closest(".result").dataset;
    show(entries().find((entry) => entry.id === id));
  });
  for (const name of ["htmx:oobAfterSwap", "htmx:afterSwap"]) {
    document.body.addEventListener(name, (event) => {
      const { target, requestConfig } = event.detail;
      // What else the answer brings is in its place by then.
      if (target?.id === "results") setTimeout(() => changed(requestConfig?.elt));
    });
  }
}

// Asking how far the work is ends where the answer can't become another one.
document.body.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, successful } = event.detail;
  if (elt.id !== "results-poll") return;
  failures = successful ? 0 : failures + 1;
  const isOver = OVER.includes(xhr.status);
  if (successful || (!isOver && failures < MOST_FAILURES)) return;
  elt.remove();
  const text = xhr.status === 404 ? root.dataset.textGone : root.dataset.textStopped;
  toast({ text, level: "error", action: root.dataset.textReload, run: () => location.reload() });
});
