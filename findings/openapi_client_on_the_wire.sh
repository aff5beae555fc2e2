#!/usr/bin/env bash
# openapi-python-client accepts an image API's whole document, and sends and reads something else.
#
# openapi-python-client 0.29.1, httpx 0.28.1
#
# Guess: a generator that accepts OpenAPI 3.1 sends an array with explode: false as
# state=done,failed and a deepObject as size[width]=8. In a form it writes true, and leaves a null
# out. Of two media types for one status it reads the one that the answer's Content-Type names.
# Seen: state=done&state=failed and width=8: style and explode are ignored without a warning. In a
# form a boolean is the text "True" and a null the text "None", which a server takes for the note.
# A PNG, declared beside application/json, is parsed as JSON whatever its Content-Type says.
# The one warning is of application/zip: sync() returns None for that 200.
# So: for a ZIP use sync_detailed().content; for the PNG, which raises there too, the httpx client.
# Write down what a generated client sends, not only that it could be generated.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check \
    openapi-python-client==0.29.1 httpx==0.28.1
cd "$tmp"
cat >api.yaml <<'YAML'
openapi: 3.1.0
info: {title: Photos, version: "1"}
paths:
  /jobs:
    get:
      operationId: jobs
      parameters:
        - {name: state, in: query, explode: false, schema: {type: array, items: {type: string}}}
        - name: size
          in: query
          style: deepObject
          explode: true
          schema: {type: object, properties: {width: {type: integer}}}
      responses: {"204": {description: none}}
    post:
      operationId: make
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              properties:
                shadow: {type: boolean}
                note: {type: [string, "null"]}
              additionalProperties: false
      responses: {"204": {description: made}}
  /png:
    get:
      operationId: png
      responses:
        "200":
          description: the picture, or the job as long as it runs
          content:
            image/png: {schema: {type: string, format: binary}}
            application/json: {schema: {type: object}}
  /zip:
    get:
      operationId: zip
      responses:
        "200":
          description: all pictures
          content: {application/zip: {schema: {type: string, format: binary}}}
YAML
venv/bin/openapi-python-client generate --path api.yaml --output-path out >generated 2>&1 ||
    { cat generated; exit 1; }
grep "^WARNING" generated >seen || true
PYTHONPATH=out venv/bin/python - >>seen <<'PY'
import httpx
from photos_client import Client
from photos_client.api.default import jobs, make, png, zip_
from photos_client.models import JobsSize, MakeBody


def answer(request):
    body = request.read()
    if request.method == "POST":
        print([part.split(b"\r\n")[0].decode() for part in body.split(b"\r\n\r\n")[1:]])
        return httpx.Response(204)
    print(request.url.raw_path.decode())
    kind = request.url.path[1:]
    return {
        "png": httpx.Response(200, content=b"\x89PNG", headers={"Content-Type": "image/png"}),
        "zip": httpx.Response(200, content=b"PK\3\4", headers={"Content-Type": "application/zip"}),
    }.get(kind, httpx.Response(204))


transport = httpx.MockTransport(answer)
client = Client(base_url="http://photos", httpx_args={"transport": transport})
size = JobsSize()
size.width = 8
jobs.sync_detailed(client=client, state=["done", "failed"], size=size)
make.sync_detailed(client=client, body=MakeBody(shadow=True, note=None))
for call in (png.sync_detailed, zip_.sync_detailed):
    try:
        response = call(client=client)
        print(response.status_code, response.parsed, response.content)
    except ValueError as error:
        print(type(error).__name__)
PY
diff - seen <<'END' && cat seen
WARNING parsing GET /zip within default.
/jobs?state=done&state=failed&width=8
['True', 'None']
/png
UnicodeDecodeError
/zip
200 None b'PK\x03\x04'
END
