"""Every door that makes something makes it once for one ``Idempotency-Key``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import Mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import IdempotencyRecord
from media_library.models import Image, Project
from processing.engine.errors import EngineError
from processing.models import Batch, Job, JobEvent, Preset, WebhookEndpoint
from processing.worker import tasks
from tests.processing.conftest import photo
from tests.stand_ins import MiddleModel, Seller

API = "/api/v1/"
REMOVE = "images/tools/remove-background"
HEADERS = {"Idempotency-Key": "once"}
TOOLS: dict[str, dict[str, Any]] = {
    "remove-background": {},
    "edit": {"edit": {"background": {"color": "white"}}},
    "generate-background": {"prompt": "on a marble table", "seed": 1},
    "replace-background": {"color": "white"},
    "upscale": {},
    "remove-text": {},
    "enhance": {},
}


def send(seller: Seller, path: str, body: dict[str, Any], **headers: str) -> Any:
    return seller.client.post(API + path, body, format="json", headers=HEADERS | headers)


def replayed(first: Any, again: Any) -> Any:
    """What both say, which is the same."""
    assert first.status_code == again.status_code, (first.json(), again.json())
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    return first.json()["data"]


@pytest.mark.usefixtures("middle_model")
@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_makes_one_job_and_takes_one_unit(
    owner: Seller, image: Image, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upscaler = Mock(**{"version.return_value": "any"})  # one that takes any picture
    monkeypatch.setattr("processing.worker.runtime.upscaler", lambda: upscaler)
    body = {"imageId": image.public_id, **TOOLS[tool]}
    shown = replayed(*(send(owner, f"images/tools/{tool}", body) for _ in range(2)))
    assert shown["jobId"] == Job.objects.get().public_id
    assert owner.used_of(tool) == 1


class Blind(MiddleModel):
    def matte(self, name: str, rgb: Any) -> Any:
        raise EngineError("nothing to be seen")


@pytest.fixture
def started(
    quick_queue: None, owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """What was asked in a request that did not wait; ``work`` ends its job."""
    body = {"imageId": image.public_id, "display": "url"}
    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)
    with monkeypatch.context() as idle:
        idle.setattr(tasks.run_job, "send", lambda job_id: None)
        assert send(owner, REMOVE, body, Prefer="respond-async").status_code == 202
    return body


def work() -> None:
    tasks.run_job.fn(str(Job.objects.get().pk))


def test_a_replay_shows_the_job_as_it_is_now(owner: Seller, started: dict[str, Any]) -> None:
    work()
    answer = send(owner, REMOVE, started)
    assert (answer.status_code, answer.headers["Idempotency-Replayed"]) == (200, "true")
    assert answer.json()["data"]["displayUrl"].startswith("http://testserver/content/img_")
    assert Job.objects.count() == 1


def test_a_replay_that_tells_of_a_failure_is_the_last(
    owner: Seller, started: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as blind:
        blind.setattr("processing.worker.runtime.registry", Blind)
        work()
    assert send(owner, REMOVE, started).status_code == 422
    answer = send(owner, REMOVE, started)
    assert (answer.status_code, "Idempotency-Replayed" in answer.headers) == (200, False)
    assert Job.objects.count() == 2


@pytest.mark.usefixtures("middle_model", "quick_queue")
def test_a_result_that_was_deleted_is_not_made_again(owner: Seller) -> None:
    body = {"imageId": owner.image(photo()).public_id}
    made = send(owner, REMOVE, body).json()["data"]["processedImageId"]
    owner.client.delete(f"{API}images/{made}")
    assert send(owner, REMOVE, body).status_code == 404
    assert Job.objects.count() == 1


@pytest.mark.usefixtures("quick_queue")
def test_a_failed_job_frees_the_key(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"imageId": owner.image(photo()).public_id}
    monkeypatch.setattr("processing.worker.runtime.registry", Blind)
    assert send(owner, REMOVE, body).status_code == 422
    monkeypatch.setattr("processing.worker.runtime.registry", MiddleModel)
    assert send(owner, REMOVE, body).status_code == 200
    assert sorted(Job.objects.values_list("state", flat=True)) == ["completed", "failed"]
    assert owner.used() == 1


@pytest.mark.usefixtures("middle_model")
def test_a_job_is_found_by_the_repeat_of_a_request_that_died(owner: Seller, image: Image) -> None:
    body = {"imageId": image.public_id}
    first = send(owner, REMOVE, body)
    IdempotencyRecord.objects.update(status=0)  # as if the process had died while it waited
    replayed(first, send(owner, REMOVE, body))
    assert Job.objects.count() == 1


def upload(owner: Seller, *names: str, field: str = "files") -> Any:
    files = [SimpleUploadedFile(name, photo()) for name in names]
    body = {field: files if field == "files" else files[0]}
    return owner.client.post(f"{API}images", body, format="multipart", headers=HEADERS)


def test_an_upload_keeps_its_pictures_once(owner: Seller) -> None:
    shown = replayed(*(upload(owner, "a.jpg", "b.jpg") for _ in range(2)))
    assert [one["name"] for one in shown] == ["a.jpg", "b.jpg"]
    assert Image.objects.count() == 2


def test_of_an_upload_a_deleted_picture_is_missing(owner: Seller) -> None:
    made = upload(owner, "a.jpg", field="file").json()["data"]["id"]
    assert upload(owner, "a.jpg", field="file").json()["data"]["id"] == made
    owner.client.delete(f"{API}images/{made}")
    assert upload(owner, "a.jpg", field="file").status_code == 404


def test_an_address_is_fetched_once(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []

    class Fetched:
        data, url = photo(), "https://shop.example/a.jpg"

    def fetch(url: str, **_: Any) -> Fetched:
        fetched.append(url)
        return Fetched()

    monkeypatch.setattr("config.outbound.fetch", fetch)
    replayed(*(send(owner, "images", {"url": Fetched.url}) for _ in range(2)))
    assert fetched == [Fetched.url]


@pytest.mark.parametrize(
    ("path", "body", "count"),
    [
        ("presets", {"name": "Warm", "edit": {}}, Preset.objects.count),
        ("projects", {"name": "Spring"}, Project.objects.filter(is_default=False).count),
    ],
)
def test_rows_are_written_once(
    owner: Seller, path: str, body: dict[str, Any], count: Callable[[], int]
) -> None:
    replayed(*(send(owner, path, body) for _ in range(2)))
    assert count() == 1


def test_one_project_is_told_of_once(owner: Seller) -> None:
    for _ in range(2):
        send(owner, "projects", {"name": "Spring"})
    assert JobEvent.objects.filter(name="project.created").count() == 1


def test_a_webhooks_secret_is_shown_once(owner: Seller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.services.webhooks._checked_url", lambda url: url)
    body = {"url": "https://shop.example/hook", "events": ["job.completed"]}
    first, again = (send(owner, "webhooks", body).json()["data"] for _ in range(2))
    assert first["secret"].startswith("whsec_")
    assert again == {**first, "secret": None}
    assert WebhookEndpoint.objects.count() == 1


@pytest.mark.usefixtures("middle_model")
def test_a_batch_is_started_once(owner: Seller, image: Image) -> None:
    body = {"imageIds": [image.public_id], "operation": "remove-background"}
    replayed(*(send(owner, "batch", body) for _ in range(2)))
    assert (Batch.objects.count(), Job.objects.count(), owner.used()) == (1, 1, 1)


@pytest.mark.usefixtures("middle_model")
def test_the_files_of_a_batch_are_kept_once(owner: Seller) -> None:
    def start() -> Any:
        body = {
            "files": [SimpleUploadedFile(name, photo()) for name in ("a.jpg", "b.jpg")],
            "operation": "remove-background",
        }
        return owner.client.post(f"{API}batch", body, format="multipart", headers=HEADERS)

    replayed(start(), start())
    assert (Batch.objects.count(), Image.objects.count()) == (1, 2)
