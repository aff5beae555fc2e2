#!/usr/bin/env bash
# standardwebhooks in Python and in npm: the same secret, and a signature that the other refuses.
#
# standardwebhooks 1.1.0 (Python) and 1.1.1 (npm; so this needs node and npm as well)
#
# Guess: both refuse a secret that is not base64, or both take its characters as the key; and sign()
# of a datetime with a time zone signs that instant.
# Seen: Python drops every character that is not in the standard alphabet and signs with what is
# left. The "-" and "_" of URL-safe base64 vanish without a word, and the bytes around them shift:
# a key that nobody meant. npm throws. Of 5 letters it is Python that throws, and npm makes 3 bytes.
# And Python's sign() takes the clock's reading for UTC: 13:00 in a zone two hours ahead is signed
# as 13:00 UTC, so verify() refuses it beside the right webhook-timestamp. npm's Date has no zone.
# So: make secrets with b64encode(token_bytes(24)), never token_urlsafe, and sign datetimes in UTC.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check standardwebhooks==1.1.0
cd "$tmp"
npm install --silent --no-audit --no-fund --prefix . standardwebhooks@1.1.1 >/dev/null
# The same 15 bytes in standard and in URL-safe base64; the second without "-" and "_"; 5 letters.
export SECRETS="Zm90b3M+cGFja3Nob3Q/ Zm90b3M-cGFja3Nob3Q_ Zm90b3McGFja3Nob3Q abcde"
venv/bin/python - >seen <<'PY'
import os
from datetime import UTC, datetime, timedelta, timezone

from standardwebhooks import Webhook, WebhookVerificationError

for secret in os.environ["SECRETS"].split():
    try:
        signature = Webhook("whsec_" + secret).sign("job", datetime(2026, 1, 1, 11, tzinfo=UTC), "{}")
    except ValueError:
        signature = "refused"
    print("python", secret, signature[:12])

webhook = Webhook("whsec_" + os.environ["SECRETS"].split()[0])
for hours in (0, 2):
    now = datetime.now(timezone(timedelta(hours=hours)))
    headers = {
        "webhook-id": "job",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": webhook.sign("job", now, "{}"),
    }
    try:
        print("UTC +", hours, webhook.verify("{}", headers))
    except WebhookVerificationError as error:
        print("UTC +", hours, error)
PY
node - >>seen <<'JS'
const { Webhook } = require("standardwebhooks");
for (const secret of process.env.SECRETS.split(" ")) {
  let signature = "refused";
  try {
    signature = new Webhook("whsec_" + secret).sign("job", new Date("2026-01-01T11:00:00Z"), "{}");
  } catch (error) {
    if (!/incorrect characters/.test(error.message)) throw error;
  }
  console.log("npm", secret, signature.slice(0, 12));
}
JS
diff - seen <<'END' && cat seen
python Zm90b3M+cGFja3Nob3Q/ v1,NNrbJvtTz
python Zm90b3M-cGFja3Nob3Q_ v1,i3ebcqWiI
python Zm90b3McGFja3Nob3Q v1,i3ebcqWiI
python abcde refused
UTC + 0 {}
UTC + 2 No matching signature found
npm Zm90b3M+cGFja3Nob3Q/ v1,NNrbJvtTz
npm Zm90b3M-cGFja3Nob3Q_ refused
npm Zm90b3McGFja3Nob3Q v1,i3ebcqWiI
npm abcde v1,hGWjsDA7z
END
