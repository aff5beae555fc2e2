// On every page: refusals reach the notices, notices can be dismissed, the menu closes itself.

const notices = document.getElementById("notices");
const noticeTemplate = document.getElementById("notice-template");

function notice(text) {
  const box = noticeTemplate.content.firstElementChild.cloneNode(true);
  box.querySelector("p").textContent = text;
  return box;
}

// One notice about the connection at a time; it goes when the site answers again.
function connectionNotice(text) {
  const box = notice(text);
  box.dataset.connection = "";
  notices.replaceChildren(box);
}

// Other scripts ask for a notice by an event: hashed file names rule out imports between them.
document.addEventListener("packshot:notice", (event) => notices.append(notice(event.detail)));

// A refusal says by HX-Retarget where it wants to be read; other errors are not swapped in.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status >= 400 && xhr.getResponseHeader("HX-Retarget")) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.body.addEventListener("htmx:sendError", () => {
  connectionNotice("The site is not responding. Trying again…");
});

document.body.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  connectionNotice(`The request failed (${status}). Reload the page and try again.`);
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
