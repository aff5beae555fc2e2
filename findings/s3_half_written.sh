#!/usr/bin/env bash
# django-storages on S3: a write that fails half-way is published, and a peek fetches the object.
#
# django-storages 1.14.6 with boto3 1.44.8, Django 5.2.19; moto 5.2.5 answers as S3
#
# Guess: an exception inside `with storage.open(name, "wb")` abandons the upload, as S3 shows an
# object only when it is complete, and read(16) asks for a range.
# Seen: leaving the block closes the file, and close() uploads what was written so far. Half a
# result replaces the whole one under its name. And read(16) gets the object to its last byte: no
# Range is sent, so to sniff the format of a photo costs the photo.
# So: write to a local file and save() that; to peek, call the client's get_object with Range.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install -q --disable-pip-version-check \
    "django-storages[s3]==1.14.6" boto3==1.44.8 django==5.2.19 "moto[s3]==5.2.5"
env -u AWS_PROFILE AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=us-east-1 \
    "$tmp/venv/bin/python" - >"$tmp/seen" <<'PY'
from django.conf import settings

settings.configure(USE_TZ=True)

import boto3
from django.core.files.base import ContentFile
from moto import mock_aws
from storages.backends.s3 import S3Storage

with mock_aws():
    boto3.client("s3").create_bucket(Bucket="pictures")
    storage = S3Storage(bucket_name="pictures")
    requests, lengths = [], []
    events = storage.bucket.meta.client.meta.events
    events.register("before-call.s3.GetObject", lambda params, **_: requests.append(params["headers"]))
    events.register("after-call.s3.GetObject", lambda parsed, **_: lengths.append(parsed["ContentLength"]))

    storage.save("photo", ContentFile(b"x" * 1_000_000))
    print("read", len(storage.open("photo").read(16)), "of", lengths, "Range" in requests[0])
    try:
        with storage.open("photo", "wb") as file:
            file.write(b"half")
            raise OSError("the encoder failed")
    except OSError:
        print("stored", storage.size("photo"), storage.open("photo").read())
PY
diff - "$tmp/seen" <<'END' && cat "$tmp/seen"
read 16 of [1000000] False
stored 4 b'half'
END
