// Before and after: the range input over the two pictures moves the cut between them.
// The event is heard on the document, so that pictures which come later work too.

document.addEventListener("input", (event) => {
  const frame = event.target.closest?.("[data-compare]");
  if (frame) frame.style.setProperty("--cut", `${event.target.value}%`);
});
