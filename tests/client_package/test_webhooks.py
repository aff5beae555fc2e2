"""Whether a webhook's message is the site's: signed as the site signs, read as the client reads."""

from __future__ import annotations

import json
import time

import pytest

import packshot
from packshot import webhooks
from processing.delivery import signing

BODY = json.dumps(
    {"type": "job.completed", "timestamp": "2026-05-04T09:30:00Z", "data": {"jobId": "job_1"}}
).encode()
OLD, NEW = signing.new_secret(), signing.new_secret()


def headers(body: bytes = BODY, *, age: int = 0) -> dict[str, str]:
    signed = signing.headers("msg_1", body, timestamp=int(time.time()) - age, secrets=[NEW, OLD])
    return {name.title(): value for name, value in signed.items()}


@pytest.mark.parametrize("secret", [OLD, NEW], ids=["old", "new"])
def test_a_message_is_read_by_either_secret(secret: str) -> None:
    message = webhooks.verify(BODY, headers(), secret)
    assert (message.id, message.type, message.data) == (
        "msg_1",
        "job.completed",
        {"jobId": "job_1"},
    )
    assert message.timestamp.year == 2026


def test_what_is_not_the_sites_is_refused() -> None:
    for body, told, secret in (
        (BODY + b" ", headers(), NEW),
        (BODY, headers(age=400), NEW),
        (BODY, headers(), signing.new_secret()),
        (BODY, headers(), "no base64!"),
        (BODY, {}, NEW),
        (b"[]", headers(b"[]"), NEW),
        (b"no json", headers(b"no json"), NEW),
    ):
        with pytest.raises(packshot.InvalidSignature):
            webhooks.verify(body, told, secret)
