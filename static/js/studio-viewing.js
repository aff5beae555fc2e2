// A picture for whoever only looks at it: which of its results is on the stage, and is downloaded.

import "./studio-keys.js";
import * as results from "./studio-results.js";
import * as stage from "./studio-stage.js";

const words = document.getElementById("studio").dataset;
const told = document.getElementById("stage-state");
const size = document.getElementById("result-size");
const download = document.getElementById("download");

function show(entry) {
  download.href = entry.download;
  results.mark(entry.id);
  told.textContent = words.textSaved;
  size.textContent = `${entry.width} × ${entry.height} · ${entry.about}`;
  return stage.seeResult(entry.url, Number(entry.width), Number(entry.height), entry.before);
}

// What is looked at stays; where it was deleted, or nothing was there, the newest takes its place.
function changed() {
  const current = results.current();
  const newest = results.entries()[0];
  if (current) results.mark(current.id);
  else if (newest) show(newest);
  else if (words.shown && !results.isWorking()) location.reload();
}

results.follow({ show, changed });
