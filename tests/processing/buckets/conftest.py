"""A server that speaks S3, on loopback, and who has a bucket there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from django.utils import timezone
from moto.server import ThreadedMotoServer

from config.setup.networks import networks
from processing.models import BatchDestination, BatchSource
from processing.services.buckets import reading, writing
from processing.worker import tasks

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
    settings.BUCKET_PRIVATE_NETWORKS = networks(["127.0.0.0/8"])
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


@pytest.fixture
def at_work(transactional_db: None, middle_model: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs are done when they are written; buckets are read and written when a test says so (`turn`)."""
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)
    monkeypatch.setattr(reading.read_bucket, "send", lambda batch_id: None)
    monkeypatch.setattr(writing.write_bucket, "send", lambda batch_id: None)


def turn() -> None:
    """Let a worker read what is to be read, and write what is to be written."""
    for rows, actor in (
        (BatchSource, reading.read_bucket),
        (BatchDestination, writing.write_bucket),
    ):
        rows.objects.update(claimed_until=timezone.now())
        for batch_id in rows.objects.values_list("batch", flat=True):
            actor.fn(str(batch_id))
