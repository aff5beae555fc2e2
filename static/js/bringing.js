// Photos come in by choosing, pasting and dropping them anywhere on the page.

// `take` gets the files, whichever way; `show` is told whether some are held over the page.
export function bringing(chooser, take, show) {
  const choose = () => {
    const files = [...chooser.files];
    chooser.value = "";
    take(files);
  };
  chooser.addEventListener("change", choose);
  // Chosen before this script was there.
  if (chooser.files.length) queueMicrotask(choose);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-add]")) return;
    event.preventDefault();
    chooser.click();
  });
  document.addEventListener("paste", (event) => take(named([...(event.clipboardData?.files ?? [])])));

  // The whole page is a drop target: a near miss must not make the browser leave it.
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const enter = (to) => {
    depth = Math.max(0, to);
    show(depth > 0);
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && enter(depth + 1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && enter(depth - 1));
  document.addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    enter(0);
    take([...event.dataTransfer.files]);
  });
}

// Whatever is pasted is called image.png.
function named(files) {
  const stamp = new Date().toISOString().slice(0, 16).replace(/[-:T]/g, "");
  return files.map((file, n) =>
    /^image\.\w+$/.test(file.name) ? new File([file], `pasted-${stamp}${n ? `-${n}` : ""}.png`, file) : file);
}
