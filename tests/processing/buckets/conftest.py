"""A server that speaks S3, on loopback, and who has a bucket there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from config.setup.networks import networks

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def store(server: str, settings: Any) -> Iterator[Any]:
    """The bucket `photos`, empty, which this site may reach."""
    settings.URL_PRIVATE_NETWORKS = networks(["127.0.0.0/8"])
    found = boto3.resource("s3", endpoint_url=server, region_name="us-east-1", **KEYS)
    bucket = found.Bucket("photos")
    bucket.create()
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


@pytest.fixture
def access(server: str) -> dict[str, str]:
    """The bucket as the API takes it."""
    return {
        "name": "Studio",
        "endpointUrl": server,
        "bucket": "photos",
        "accessKeyId": "testing",
        "secretKey": "Geheim/+1",
    }
