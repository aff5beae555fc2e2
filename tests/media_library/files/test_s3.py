"""The same library on a bucket: a real S3 protocol server on loopback, real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import httpx
import pytest
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts.models import Account
from media_library import services
from media_library.files import links, storage, thumbnails
from media_library.intake import ingest
from media_library.lifecycle import trash
from media_library.models import Image

KEYS = {"access_key": "testing", "secret_key": "testing", "region_name": "us-east-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, settings: Any) -> Any:
    options = KEYS | {
        "bucket_name": "packshot",
        "endpoint_url": server,
        "addressing_style": "path",
        "signature_version": "s3v4",
        "default_acl": None,
        "file_overwrite": True,
        "querystring_auth": True,
    }
    default = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": default}
    found = boto3.resource(
        "s3",
        endpoint_url=server,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ).Bucket("packshot")
    found.create()
    return found


def test_a_picture_lives_in_a_bucket(
    bucket: Any,
    account: Account,
    picture: Callable[..., bytes],
    client: Client,
) -> None:
    data = picture(size=(600, 400))
    image = ingest.ingest(account, data, name="Größe.jpg")
    thumbnails.make_thumbnail(str(image.id))
    image = Image.live.get()
    assert sorted(found.key for found in bucket.objects.all()) == sorted(image.keys)
    assert storage.read(image.file_key) == data

    redirect = client.get(links.content_url(image, download=True))
    assert redirect.status_code == 302
    fetched = httpx.get(redirect["Location"], headers={"Range": "bytes=0-9"}, trust_env=False)
    assert (fetched.status_code, fetched.content) == (206, data[:10])
    assert fetched.headers["Content-Type"] == "image/jpeg"
    assert fetched.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.jpg"
    )
    head = client.head(links.content_url(image, "thumbnail"))
    assert httpx.head(head["Location"], trust_env=False).headers["Content-Type"] == "image/webp"

    month = client.get(links.content_url(image, seconds=30 * 86400))  # S3 signs for a week
    assert "X-Amz-Expires=604800&" in month["Location"]
    assert month["Cache-Control"] == "private, max-age=604800"

    services.delete_image(image, permanently=True)
    trash.remove_due()
    assert list(bucket.objects.all()) == []
    assert client.get(links.content_url(image)).status_code == 404
