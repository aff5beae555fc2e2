"""``/buckets``: what owners may do with theirs, and strangers may not."""

from __future__ import annotations

import json
import socket
from typing import Any

import boto3
import pytest
from moto.core import set_initial_no_auth_action_count
from rest_framework.test import APIClient

from config import encryption, outbound
from processing.models import Bucket
from processing.services.buckets import s3
from tests.processing.buckets.conftest import KEYS
from tests.stand_ins import Seller

URL = "/api/v1/buckets"
OK = {"ok": True, "code": None, "error": None}
DENIED = {"ok": False, "code": "BUCKET_DENIED", "error": "The access key has no right to do this."}
PRIVATE = "This address doesn't lead to a public web server."


def saved(seller: Seller, access: dict[str, str], **changes: Any) -> dict[str, Any]:
    answer = seller.client.post(URL, access | changes, format="json")
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()["data"]
    return made


def checked(seller: Seller, bucket: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    body = {"prefix": prefix}
    answer = seller.client.post(f"{URL}/{bucket['id']}/check", body, format="json")
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()["data"]
    return told


def test_a_bucket_is_saved_changed_and_forgotten_and_its_secret_never_shown(
    owner: Seller, store: Any, access: dict[str, str]
) -> None:
    made = saved(owner, access)
    row = Bucket.objects.get()
    assert made == {
        "id": row.public_id,
        "name": "Studio",
        "endpointUrl": access["endpointUrl"],
        "region": "us-east-1",
        "bucket": "photos",
        "accessKeyId": "testing",
        "createdAt": made["createdAt"],
        "updatedAt": made["updatedAt"],
    }
    assert (row.account, row.secret) == (owner.account, "Geheim/+1")
    assert "Geheim" not in row.encrypted_secret
    assert encryption.HOLDERS["Secret keys of buckets"]() == 1
    row.refresh_from_db()
    assert row.secret == "Geheim/+1"
    one = f"{URL}/{made['id']}"
    assert owner.client.get(one).json()["data"] == made
    assert owner.client.get(URL).json()["data"]["items"] == [made]
    changed = owner.client.patch(one, {"name": "Shop", "secretKey": "new"}, format="json")
    assert changed.json()["data"] == made | {
        "name": "Shop",
        "updatedAt": changed.json()["data"]["updatedAt"],
    }
    row.refresh_from_db()
    assert (row.secret, row.bucket) == ("new", "photos")
    saved(owner, access)
    again = owner.client.post(URL, access, format="json")
    assert (again.status_code, again.json()["error"]) == (
        409,
        "There is a bucket called 'Studio' already.",
    )
    assert owner.client.patch(one, {"name": "Studio"}, format="json").status_code == 409
    assert owner.client.delete(one).status_code == 200
    assert [bucket.name for bucket in Bucket.objects.all()] == ["Studio"]


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("endpointUrl", "ftp://s3.example", "Only http and https addresses can be fetched."),
        ("endpointUrl", "http://169.254.169.254/", PRIVATE),
        ("endpointUrl", "http://10.0.0.7:9000", PRIVATE),
        ("endpointUrl", "https://k:s@s3.example", "The address must not contain a user name or "),
        ("endpointUrl", "https://s3.example/?x=1", "Must be an address without ? and #."),
        ("endpointUrl", "https://s3.example:22", "Only ports 80, 443, 8080, 8443, 9000 are "),
        ("bucket", "a/../b", "Must be the name of a bucket"),
        ("region", "EU west", "Must be the name of a region"),
        ("accessKeyId", "AK/1", "Must be an access key"),
        ("secretKey", "two words", "Must be a secret key"),
        ("name", "", "This field may not be blank."),
    ],
)
def test_what_is_no_bucket_is_refused(
    owner: Seller, access: dict[str, str], field: str, value: str, error: str, monkeypatch: Any
) -> None:
    known = {"s3.example": ["93.184.216.34"], "127.0.0.1": ["93.184.216.34"]}
    monkeypatch.setattr(outbound, "_resolve", lambda host, *_, **__: known.get(host, [host]))
    answer = owner.client.post(URL, access | {field: value}, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert answer.json()["fields"][field][0].startswith(error)
    assert not Bucket.objects.exists()


def test_a_check_reads_writes_and_leaves_nothing(
    owner: Seller, store: Any, access: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = saved(owner, access)
    assert checked(owner, bucket, "a b/ö+") == {"read": OK, "write": OK, "left": False}
    assert list(store.objects.all()) == []
    missing = {
        "ok": False,
        "code": "BUCKET_NOT_FOUND",
        "error": "There is no bucket with this name.",
    }
    other = saved(owner, access, name="Other", bucket="none-of-it")
    assert checked(owner, other) == {"read": missing, "write": missing, "left": False}
    # The name leads elsewhere by now: nothing is sent there.
    monkeypatch.setattr(outbound, "_resolve", lambda *_, **__: ["10.0.0.7"])
    away = {"ok": False, "code": "BUCKET_UNREACHABLE", "error": PRIVATE}
    assert checked(owner, bucket) == {"read": away, "write": away, "left": False}


@set_initial_no_auth_action_count(4)
def test_a_key_may_do_what_its_policy_says_and_its_signature_is_the_one_that_aws_makes(
    owner: Seller, store: Any, access: dict[str, str], server: str
) -> None:
    iam = boto3.client("iam", endpoint_url=server, region_name="us-east-1", **KEYS)
    iam.create_user(UserName="reader")
    key = iam.create_access_key(UserName="reader")["AccessKey"]
    allowed = {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
    store.put_object(Key="x", Body=b"")
    # From here on every request needs a right, and a signature that holds.
    reader = saved(owner, access, accessKeyId=key["AccessKeyId"], secretKey=key["SecretAccessKey"])
    assert checked(owner, reader, "ä (1)~/") == {"read": OK, "write": DENIED, "left": False}
    owner.client.patch(f"{URL}/{reader['id']}", {"secretKey": "wrong"}, format="json")
    wrong = DENIED | {"error": "The bucket's server doesn't know this access key or secret."}
    assert checked(owner, reader) == {"read": wrong, "write": wrong, "left": False}


def test_a_server_that_redirects_or_speaks_something_else_is_not_followed(
    owner: Seller, store: Any, access: dict[str, str]
) -> None:
    """A server of one answer each: neither its redirect nor its entities lead anywhere."""
    answers = {
        b"HTTP/1.1 307 X\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n": (
            "BUCKET_NOT_FOUND",
            "The bucket lies at another address.",
        ),
        b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n<!DOCTYPE a [<!ENTITY b "cccccccccccccc">': (
            "BUCKET_UNREACHABLE",
            "The server at this address doesn't speak S3.",
        ),
    }
    for said, (code, error) in answers.items():
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]
            row = Bucket(
                endpoint_url=f"http://127.0.0.1:{port}",
                bucket="b",
                region="x",
                access_key_id="k",
                encrypted_secret=encryption.encrypt("s"),
            )
            asked = _asking(row)
            peer, _ = listening.accept()
            with peer:
                peer.recv(4096)
                peer.sendall(said)
                found = asked.result(timeout=5)
        assert (found.code, found.message) == (code, error)


def _asking(row: Bucket) -> Any:
    from concurrent.futures import ThreadPoolExecutor

    def ask() -> s3.BucketError:
        with s3.S3(row, timeout=5) as opened, pytest.raises(s3.BucketError) as refused:
            opened.page("", most=1)
        return refused.value

    return ThreadPoolExecutor(1).submit(ask)


def test_strangers_and_keys_without_the_scope_find_nothing(
    owner: Seller, stranger: Seller, store: Any, access: dict[str, str]
) -> None:
    bucket = saved(owner, access)
    one = f"{URL}/{bucket['id']}"
    for seller, expected in (
        (stranger, 404),
        (Seller(owner.account, owner.caller, APIClient()), 401),
    ):
        asked = seller.client
        assert asked.get(one).status_code == expected
        assert asked.patch(one, {"name": "Mine"}, format="json").status_code == expected
        assert asked.post(f"{one}/check", {}, format="json").status_code == expected
        assert asked.delete(one).status_code == expected
    assert stranger.client.get(URL).json()["data"]["items"] == []
    made = owner.client.post("/api/v1/keys", {"name": "x", "scopes": ["jobs:write"]}, format="json")
    key = APIClient(headers={"x-api-key": made.json()["data"]["key"]})
    assert key.get(URL).status_code == 403
    assert Bucket.objects.get().name == "Studio"
