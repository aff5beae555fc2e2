// The place in a long library: who comes back from a picture is where they were, in all pictures or in a filter's.
//
// Kept for this tab alone, by what the address asks for: the tile at the window's upper edge, how far below the edge
// it stood, and how many tiles were loaded. Going back, in the browser or by a page's own arrow (site.js), loads as
// many again, page by page.

const KEY = "packshot-places";
const ARROW = "packshot-back-to-list";
const MOST_LISTS = 20;
const MOST_PAGES = 50;

const places = () => JSON.parse(sessionStorage.getItem(KEY) ?? "{}");
const tiles = () => [...document.querySelectorAll("#tiles .tile[data-id]")];
let isRestoring = false;

// What the address asks for; a form's fields that ask for nothing, and for the usual order, left out.
function list() {
  const asked = [...new URLSearchParams(location.search)].filter(([, value]) => !["", "-createdAt"].includes(value));
  return new URLSearchParams(asked.sort()).toString();
}

function keep() {
  if (isRestoring) return;
  const edge = parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--head")) || 0;
  const first = tiles().find((tile) => tile.getBoundingClientRect().bottom > edge);
  const { [list()]: _, ...others } = places();
  const kept = Object.entries(others).slice(1 - MOST_LISTS);
  if (first && scrollY > 0) {
    kept.push([list(), { id: first.id, top: first.getBoundingClientRect().top, tiles: tiles().length }]);
  }
  sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
}

function nextPage() {
  const more = document.getElementById("more");
  if (!more) return null;
  return new Promise((loaded) => {
    const done = () => {
      document.body.removeEventListener("htmx:afterSettle", done);
      document.body.removeEventListener("htmx:sendError", done);
      document.body.removeEventListener("htmx:responseError", done);
      loaded();
    };
    for (const name of ["afterSettle", "sendError", "responseError"]) {
      document.body.addEventListener(`htmx:${name}`, done);
    }
    htmx.trigger(more, "more");
  });
}

async function restore() {
  const place = places()[list()];
  if (!place) return;
  isRestoring = true;
  for (let page = 0; page < MOST_PAGES && tiles().length < place.tiles; page += 1) {
    const before = tiles().length;
    const loading = nextPage();
    if (!loading) break;
    await loading;
    if (tiles().length === before) break;
  }
  const tile = document.getElementById(place.id) ?? tiles()[Math.min(place.tiles, tiles().length) - 1];
  if (tile) scrollBy({ top: tile.getBoundingClientRect().top - place.top, behavior: "instant" });
  isRestoring = false;
}

addEventListener("pagehide", keep);
const [entry] = performance.getEntriesByType("navigation");
const isByArrow = sessionStorage.getItem(ARROW) !== null;
sessionStorage.removeItem(ARROW);
if (isByArrow || entry?.type === "back_forward") {
  history.scrollRestoration = "manual"; // the browser would stop at the first page's end
  // Before that, htmx doesn't listen to what it is asked for.
  if (document.readyState === "complete") restore();
  else document.addEventListener("DOMContentLoaded", restore, { once: true });
}
