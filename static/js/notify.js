// Tells somebody who looks at another window that what they wait for is done: in the title, and where they allowed
// it, by a notification of the browser.

import { toast } from "./toasts.js";

const MANY = 5;
const OFFERED = "packshot-notify-offered";
const title = document.title;
const { dataset } = document.getElementById("announcer");
const canAsk = "Notification" in window && window.isSecureContext;

// Offered once, where waiting takes a while, and only as long as nobody has said yes or no.
export function offer(count) {
  if (count < MANY || !canAsk || Notification.permission !== "default" || localStorage.getItem(OFFERED)) return;
  localStorage.setItem(OFFERED, "1");
  toast({ text: dataset.offer, action: dataset.accept, run: () => Notification.requestPermission() });
}

export function tell(count) {
  const text = count === 1 ? dataset.doneOne : dataset.done.replace("{total}", count);
  document.title = `✓ ${text}`;
  if (!canAsk || Notification.permission !== "granted") return;
  try {
    const told = new Notification(text, { tag: "packshot-done", icon: dataset.icon });
    told.addEventListener("click", () => {
      window.focus();
      told.close();
    });
  } catch {
    // Phones know notifications of service workers only: the title has to do.
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});
