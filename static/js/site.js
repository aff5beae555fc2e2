// On every page: refusals reach the notices, notices can be dismissed, the menu closes itself.

const notices = document.getElementById("notices");

function notice(text) {
  const box = document.createElement("div");
  box.className = "notice";
  box.dataset.connection = "";
  const words = document.createElement("p");
  words.textContent = text;
  box.append(words);
  notices.replaceChildren(box);
}

// A refusal says by HX-Retarget where it wants to be read; other errors are not swapped in.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.body.addEventListener("htmx:sendError", () => {
  notice("The site does not answer. Trying again…");
});

document.body.addEventListener("htmx:responseError", (event) => {
  notice(`The site could not do that (${event.detail.xhr.status}). Reload the page and try again.`);
});

document.body.addEventListener("htmx:afterOnLoad", () => {
  notices.querySelector("[data-connection]")?.remove();
});

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest(".notice").remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
