// The list of uploads, with their files, in IndexedDB: it outlives a page, a lost connection, a locked phone.
//
// A tab that sends an item holds it for a while, so that two tabs never send the same one. Where there is no
// IndexedDB, as in some private windows, the list lives in this page alone, and `isLasting` says so.

const NAME = "packshot-uploads";
const HOLD_MS = 15000;
const memory = new Map();
let opened = null;
export let isLasting = true;

function request(asked) {
  return new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function database() {
  opened ??= new Promise((done) => {
    try {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("items", { keyPath: "key" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => done(null);
    } catch {
      done(null);
    }
  });
  const found = await opened;
  isLasting = found !== null;
  return found;
}

async function store(mode) {
  const found = await database();
  return found?.transaction("items", mode).objectStore("items") ?? null;
}

export async function all(user) {
  const items = await store("readonly");
  const found = items ? await request(items.getAll()) : [...memory.values()];
  return found.filter((item) => item.user === user).sort((a, b) => a.order - b.order);
}

export async function put(item) {
  const items = await store("readwrite");
  if (!items) return void memory.set(item.key, item);
  try {
    await request(items.put(item));
  } catch (error) {
    // No room for the file: it is sent from this page all the same, and leaving is warned of.
    isLasting = false;
    memory.set(item.key, item);
    console.info("no room to keep an upload for later:", error.name);
  }
}

export async function remove(key) {
  memory.delete(key);
  const items = await store("readwrite");
  if (items) await request(items.delete(key));
}

// Changes an item if it still is there; in one transaction, so that of two tabs one goes first.
export async function change(key, how) {
  const items = await store("readwrite");
  if (!items || memory.has(key)) {
    const item = memory.get(key);
    return item && how(item) !== false ? item : null;
  }
  const item = await request(items.get(key));
  if (!item || how(item) === false) return null;
  await request(items.put(item));
  return item;
}

// Take the item for this tab; null where another one has it, or it is no longer waiting.
export function hold(key, tab) {
  return change(key, (item) => {
    const now = Date.now();
    if (item.state !== "waiting" || (item.heldBy !== tab && item.heldUntil > now)) return false;
    item.heldBy = tab;
    item.heldUntil = now + HOLD_MS;
    return true;
  });
}

export function keepHolding(key, tab) {
  return change(key, (item) => {
    if (item.heldBy !== tab) return false;
    item.heldUntil = Date.now() + HOLD_MS;
    return true;
  });
}
