// Passkeys: the browser makes one, or answers for one, and a form carries to the site what it said.
//
// A form with data-passkey="create" or "get" and a hidden field "credential". What the browser is asked for
// stands as JSON in the element that data-options names, or is fetched from data-options-url.

import { toast } from "./toasts.js";

const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));

function toText(buffer) {
  const bytes = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const withBytes = (list) => (list ?? []).map((one) => ({ ...one, id: fromText(one.id) }));

async function optionsOf(form) {
  const { options, optionsUrl } = form.dataset;
  if (options) return JSON.parse(document.getElementById(options).textContent);
  const answer = await fetch(optionsUrl, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function create({ creation_options: { publicKey } }) {
  return navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: fromText(publicKey.challenge),
      user: { ...publicKey.user, id: fromText(publicKey.user.id) },
      excludeCredentials: withBytes(publicKey.excludeCredentials),
      // One that signs in by itself: it is found without a name, and asks for a finger, a face or a PIN.
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
}

async function get({ request_options: { publicKey } }) {
  return navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: fromText(publicKey.challenge),
      allowCredentials: withBytes(publicKey.allowCredentials),
    },
  });
}

function told(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const said = Object.fromEntries(parts.filter((name) => response[name]).map((name) => [name, toText(response[name])]));
  if (response.getTransports) said.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    response: said,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

function why(error, { textCancelled, textKnown, textFailed }) {
  if (error.name === "InvalidStateError") return textKnown ?? textFailed;
  return error.name === "NotAllowedError" ? textCancelled : textFailed;
}

for (const form of window.PublicKeyCredential ? document.querySelectorAll("form[data-passkey]") : []) {
  form.hidden = false;
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      const ask = form.dataset.passkey === "create" ? create : get;
      form.elements.credential.value = told(await ask(await optionsOf(form)));
      form.submit();
    } catch (error) {
      button.disabled = false;
      toast({ text: why(error, form.dataset), level: "error" });
    }
  });
}
