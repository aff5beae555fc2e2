// A page that answers a form counts as one that was asked for: whoever goes back to it or loads it anew sends
// nothing a second time, and isn't asked whether to. A refusal has no page of its own: the form's takes its place.

const { posted } = document.body.dataset;

if (posted) {
  const form = document.referrer.startsWith(`${location.origin}/`) ? document.referrer : location.href;
  history.replaceState(history.state, "", posted === "refusal" ? form : location.href);
}
