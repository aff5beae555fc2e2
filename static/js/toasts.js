// Toasts: short words in the corner, with at most one thing to do about them and one place to go to.
//
// After importing it:
//   toast({ text: "3 pictures deleted.", action: "Undo", run: () => … });   // or url: "/trash/…", a POST
// One that offers something to do stays longer, and no shorter for being looked at.

const stack = document.getElementById("notices");
const template = document.getElementById("notice-template");
const READING_MS = 8000;
const DECIDING_MS = 30000;

function field(name, value) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  return input;
}

function actionOf({ action, url, run }, box) {
  const button = document.createElement("button");
  button.className = "toast-action";
  button.textContent = action;
  if (!url) {
    button.type = "button";
    button.addEventListener("click", () => {
      box.remove();
      run();
    });
    return button;
  }
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: url });
  const token = JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["x-csrftoken"] ?? "";
  form.append(field("csrfmiddlewaretoken", token), button);
  return form;
}

function linkTo(words, url) {
  const link = document.createElement("a");
  Object.assign(link, { className: "toast-action", href: url, textContent: words });
  return link;
}

// What a pointer or the keyboard rests on stays, and then as long again; so do errors, which nobody should miss.
function leaveLater(box) {
  const patience = box.querySelector(".toast-action") ? DECIDING_MS : READING_MS;
  let timer = setTimeout(() => box.remove(), patience);
  const wait = () => clearTimeout(timer);
  const goOn = () => {
    wait();
    if (!box.matches(":hover, :focus-within")) timer = setTimeout(() => box.remove(), patience);
  };
  for (const name of ["pointerenter", "focusin"]) box.addEventListener(name, wait);
  for (const name of ["pointerleave", "focusout"]) box.addEventListener(name, () => setTimeout(goOn));
}

export function toast(told) {
  const { text, level = "success", action = "", url = "", run = null, stays = level === "error" } = told;
  const { link = "", link_url: linkUrl = "" } = told;
  const box = template.content.firstElementChild.cloneNode(true);
  box.querySelector("p").textContent = text;
  box.classList.toggle("good", level !== "error");
  box.querySelector(".icon").replaceWith(document.createElement("span"));
  box.firstElementChild.className = level === "error" ? "toast-mark bad" : "toast-mark";
  if (link) box.querySelector("p").after(linkTo(link, linkUrl));
  if (action) box.querySelector("p").after(actionOf({ action, url, run }, box));
  stack.append(box);
  while (stack.children.length > 4) stack.firstElementChild.remove();
  if (!stays) leaveLater(box);
  return box;
}

// The same by an event, for the server's HX-Trigger and for scripts that import nothing.
document.addEventListener("packshot:toast", (event) => toast(event.detail));
document.addEventListener("packshot:notice", (event) => toast({ text: event.detail, level: "error" }));

for (const box of stack.querySelectorAll(".toast.good")) leaveLater(box);
