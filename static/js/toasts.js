// Toasts: short words in the corner, with at most one thing to do about them.
//
// After importing it:
//   toast({ text: "3 pictures deleted.", action: "Undo", run: () => … });   // or url: "/trash/…", a POST

const stack = document.getElementById("notices");
const template = document.getElementById("notice-template");
const READING_MS = 8000;

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

// What a pointer or the keyboard rests on stays; so do errors, which nobody should miss.
function leaveLater(box) {
  setTimeout(() => {
    if (box.matches(":hover, :focus-within")) leaveLater(box);
    else box.remove();
  }, READING_MS);
}

export function toast({ text, level = "success", action = "", url = "", run = null, stays = level === "error" }) {
  const box = template.content.firstElementChild.cloneNode(true);
  box.querySelector("p").textContent = text;
  box.classList.toggle("good", level !== "error");
  box.querySelector(".icon").replaceWith(document.createElement("span"));
  box.firstElementChild.className = level === "error" ? "toast-mark bad" : "toast-mark";
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
