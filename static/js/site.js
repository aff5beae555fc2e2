// On every page: toasts, questions before what can't be undone, menus, tabs, sliders, passwords, copying.

import "./posted.js";
import { toast } from "./toasts.js";

// A refusal says by HX-Retarget where it wants to be read; other errors are not swapped in.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

// One toast about the connection at a time; it goes when the site answers again.
let connection = null;

function connectionToast(text) {
  connection?.remove();
  connection = toast({ text, level: "error", stays: true });
}

document.body.addEventListener("htmx:sendError", () => {
  connectionToast(document.getElementById("notices").dataset.textAway);
});

document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  connectionToast(document.getElementById("notices").dataset.textFailed.replace("{status}", status));
});

document.body.addEventListener("htmx:afterOnLoad", () => {
  connection?.remove();
  connection = null;
});

// What asks again and again stops where it is told no: the thing is gone, or nobody may ask any more.
document.body.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  const isRefused = xhr.status >= 400 && xhr.status < 500 && ![408, 429].includes(xhr.status);
  if (!isRefused || !elt.getAttribute("hx-trigger")?.includes("every")) return;
  elt.setAttribute("hx-disable", "");
  htmx.process(elt);
});

// Questions: hx-confirm of htmx, data-confirm on a plain form.
const dialog = document.getElementById("confirm");
const yes = document.getElementById("confirm-yes");
const option = document.getElementById("confirm-option");

function ask(question, asker) {
  const words = asker?.closest("[data-confirm-option-label]")?.dataset.confirmOptionLabel;
  option.hidden = !words;
  option.lastElementChild.textContent = words ?? "";
  option.firstElementChild.checked = false;
  document.getElementById("confirm-text").textContent = question;
  const named = asker?.closest("[data-confirm-label]") ?? asker?.querySelector("[data-confirm-label]");
  yes.textContent = named?.dataset.confirmLabel ?? yes.dataset.default;
  const isDanger = asker?.matches(".danger") || asker?.querySelector(".danger");
  yes.classList.toggle("danger", Boolean(isDanger));
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true });
  });
}

document.body.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question, event.detail.elt)) event.detail.issueRequest(true);
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (!question || form.hasAttribute("hx-confirm")) return;
  const at = form.dataset.confirmAt;
  if (at && ![...new FormData(form).values()].includes(at)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  if (!(await ask(question, submitter ?? form))) return;
  const holder = submitter?.dataset.confirm ? submitter : form;
  delete holder.dataset.confirm;
  if (form.dataset.confirmOption && option.firstElementChild.checked) {
    const ticked = document.createElement("input");
    Object.assign(ticked, { type: "hidden", name: form.dataset.confirmOption, value: "yes" });
    form.append(ticked);
  }
  form.requestSubmit(submitter);
  holder.dataset.confirm = question;
}, true);

// Dialogs open by a button that names them, and close by a click beside them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
  if (event.target.matches("dialog") || event.target.closest("[data-close-dialog]")) {
    event.target.closest("dialog").close();
  }
});

// An arrow back to a list: who goes there by it finds the place again where they left (place.js).
document.addEventListener("click", (event) => {
  const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (isPlain && event.target.closest("[data-back-to-list]")) sessionStorage.setItem("packshot-back-to-list", "1");
});

// Menus close themselves: by a click elsewhere, by Escape.
document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".toast, .notice").remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// What is opened to type into is typed into at once. The event doesn't bubble.
document.addEventListener(
  "toggle",
  ({ target }) => {
    const field = target.matches?.("details.menu[open]") && target.querySelector("[data-focus]");
    if (!field) return;
    field.focus();
    field.select();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
    const search = document.querySelector('[role="search"] input');
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  }
});

// Tabs: buttons with role=tab inside data-tabs. Without a script every panel is shown.
function choose(tabs, chosen, focus = true) {
  for (const tab of tabs) {
    const isChosen = tab === chosen;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
  }
  if (focus) chosen.focus();
}

function prepareTabs(root) {
  const boxes = root.matches?.("[data-tabs]") ? [root] : root.querySelectorAll("[data-tabs]");
  for (const box of boxes) {
    const tabs = [...box.querySelectorAll('[role="tab"]')];
    if (!tabs.length) continue;
    box.querySelector('[role="tablist"]').hidden = false;
    choose(tabs, tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0], false);
  }
}

prepareTabs(document);
document.body.addEventListener("htmx:load", (event) => prepareTabs(event.detail.elt));

function tabsAround(tab) {
  return [...tab.closest('[role="tablist"]').querySelectorAll('[role="tab"]')];
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest('[data-tabs] [role="tab"]');
  if (tab) choose(tabsAround(tab), tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('[data-tabs] [role="tab"]');
  if (!tab) return;
  const tabs = tabsAround(tab);
  const steps = { ArrowRight: 1, ArrowLeft: -1 };
  const ends = { Home: 0, End: tabs.length - 1 };
  const next = event.key in ends
    ? ends[event.key]
    : (tabs.indexOf(tab) + (steps[event.key] ?? 0) + tabs.length) % tabs.length;
  if (!(event.key in steps) && !(event.key in ends)) return;
  event.preventDefault();
  choose(tabs, tabs[next]);
});

// The number beside a slider.
document.addEventListener("input", (event) => {
  const output = event.target.closest?.(".slider-row")?.querySelector("output");
  if (output) output.textContent = `${event.target.value}${event.target.dataset.unit ?? ""}`;
});

// Passwords can be looked at while they are typed; they are sent as passwords, so that browsers offer to keep them.
function offerToShow(root) {
  for (const button of root.querySelectorAll("[data-show-password]")) button.hidden = false;
}

function showPassword(button, isShown) {
  button.setAttribute("aria-pressed", String(isShown));
  document.getElementById(button.getAttribute("aria-controls")).type = isShown ? "text" : "password";
}

offerToShow(document);
document.body.addEventListener("htmx:load", (event) => offerToShow(event.detail.elt));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-show-password]");
  if (button) showPassword(button, button.getAttribute("aria-pressed") !== "true");
});
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-show-password]")) showPassword(button, false);
});

// What lies in the corner stands over a bar at the window's lower edge, and doesn't cover its buttons.
const bar = document.querySelector("[data-lifts]");
if (bar) {
  new ResizeObserver(() => document.body.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
}

// Copying: data-copy names the element with the text.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const label = button.querySelector("[data-copy-label]") ?? button;
  const before = label.textContent;
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    label.textContent = button.dataset.copied ?? "Copied";
  } catch {
    // No clipboard outside https: the text is selected instead, ready for the keyboard.
    getSelection().selectAllChildren(source);
    label.textContent = button.dataset.selected ?? "Selected";
  }
  setTimeout(() => (label.textContent = before), 2000);
});
