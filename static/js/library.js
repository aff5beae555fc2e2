// Library: drop, paste or choose photos; each shows its progress, then its card.

const form = document.getElementById("upload");
const chooser = document.getElementById("files");
const list = document.getElementById("uploads");
const notices = document.getElementById("notices");
const maxBytes = Number(form.dataset.maxBytes);
const BATCH = 5; // files in one request: fewer requests, and cards still appear soon
let queue = Promise.resolve();

form.classList.add("scripted");

function row(file) {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "upload-name";
  name.textContent = file.name || "Pasted picture";
  const state = document.createElement("span");
  state.textContent = "Queued";
  const bar = document.createElement("progress");
  bar.className = "bar";
  bar.max = Math.max(1, file.size);
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${name.textContent}`);
  item.append(name, state, bar);
  list.append(item);
  return { file, item, state, bar };
}

// What was sent so far belongs to the files in their order.
function showProgress(rows, sent) {
  for (const { file, state, bar } of rows) {
    bar.value = Math.min(file.size, Math.max(0, sent));
    sent -= file.size;
    const percent = Math.floor((100 * bar.value) / bar.max);
    state.textContent = percent < 100 ? `${percent} %` : "Processing";
  }
}

function say(text) {
  document.dispatchEvent(new CustomEvent("packshot:notice", { detail: text })); // site.js shows it
}

function received(xhr) {
  const goTo = xhr.getResponseHeader("HX-Redirect");
  if (goTo) {
    location.assign(goTo);
    return;
  }
  const answer = document.createElement("template");
  answer.innerHTML = xhr.responseText;
  const cards = answer.content.querySelector("[data-cards]");
  if (!cards) {
    // A refusal is a notice; anything else is not ours to show.
    const refusal = answer.content.querySelector(".notice");
    if (refusal) notices.append(refusal);
    else say(`The upload failed (${xhr.status || "no response"}). Try again.`);
    return;
  }
  notices.append(...answer.content.querySelector("[data-problems]").children);
  const live = answer.content.querySelector("#live");
  document.getElementById("grid").prepend(...cards.children);
  if (live.hasAttribute("hx-get")) {
    document.getElementById("live").replaceWith(live);
    htmx.process(live);
  }
}

function send(rows, cutOut) {
  return new Promise((done) => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    if (cutOut) body.append("cut_out", "on");
    for (const { file } of rows) body.append("files", file, file.name || "pasted.png");
    const xhr = new XMLHttpRequest();
    xhr.open("POST", form.action);
    xhr.setRequestHeader("HX-Request", "true");
    xhr.upload.addEventListener("progress", (event) => showProgress(rows, event.loaded));
    xhr.addEventListener("loadend", () => {
      for (const { item } of rows) item.remove();
      received(xhr);
      done();
    });
    xhr.send(body);
  });
}

function upload(files) {
  const rows = [];
  for (const file of files) {
    if (file.size > maxBytes) {
      say(`${file.name}: the maximum file size is ${Math.floor(maxBytes / 1e6)} MB.`);
    } else {
      rows.push(row(file));
    }
  }
  const cutOut = form.elements.cut_out.checked;
  for (let start = 0; start < rows.length; start += BATCH) {
    const batch = rows.slice(start, start + BATCH);
    queue = queue.then(() => send(batch, cutOut));
  }
}

chooser.addEventListener("change", () => {
  upload([...chooser.files]);
  chooser.value = "";
});

document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) upload(files);
});

// The whole page is a drop target: a near miss must not make the browser leave it.
let depth = 0;
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

document.addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  depth += 1;
  form.classList.add("over");
});

document.addEventListener("dragleave", (event) => {
  if (!carriesFiles(event)) return;
  depth = Math.max(0, depth - 1);
  if (!depth) form.classList.remove("over");
});

document.addEventListener("dragover", (event) => {
  if (carriesFiles(event)) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  depth = 0;
  form.classList.remove("over");
  upload([...event.dataTransfer.files]);
});
