"""A picture without a product: an answer that says so, no picture, and nothing charged."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from accounts.limits.operations import EDIT, GENERATE_BACKGROUND, REPLACE_BACKGROUND
from media_library.files import storage
from media_library.models import Image
from processing.models import Job, JobEvent, JobState
from processing.worker import runtime, tasks
from tests.processing.conftest import photo
from tests.stand_ins import LookingModel, MiddleModel, Seller

TOOLS = "/api/v1/images/tools"
SENTENCE = (
    "No product was found in this picture, so there is nothing to cut out. Choose a photo in which "
    "the product is larger or stands out from its background."
)


def blank(shade: int = 255) -> bytes:
    out = BytesIO()
    Pillow.new("L", (60, 40), shade).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _looking(quick_queue: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "registry", LookingModel)
    monkeypatch.setattr(tasks.run_one_of_a_batch, "send", tasks.run_one_of_a_batch.fn)


def asked(seller: Seller, tool: str, data: bytes, **body: Any) -> Any:
    image = seller.image(data)
    url = f"{TOOLS}/{tool}"
    return seller.client.post(url, {"imageId": image.public_id, **body}, format="json")


@pytest.mark.parametrize(
    ("tool", "body", "operation"),
    [
        ("remove-background", {}, "remove-background"),
        ("remove-background", {"output": "mask"}, "remove-background"),
        ("remove-background", {"edge": "none", "crop": True}, "remove-background"),
        ("edit", {"edit": {"background": {"color": "white"}}}, EDIT),
        ("edit", {"edit": {"background": {"blur": {"mode": "gaussian"}}}}, EDIT),
        ("replace-background", {"color": "#ffffff"}, REPLACE_BACKGROUND),
        ("generate-background", {"prompt": "on oak"}, GENERATE_BACKGROUND),
    ],
)
def test_it_is_told_stores_nothing_and_costs_nothing(
    owner: Seller, tool: str, body: dict[str, Any], operation: str
) -> None:
    response = asked(owner, tool, blank(), **body)
    assert (response.status_code, response.json()) == (
        422,
        {"success": False, "error": SENTENCE, "code": "NOTHING_FOUND"},
    )
    job = Job.objects.get()
    assert (job.state, job.error_code, job.error) == (JobState.FAILED, "NOTHING_FOUND", SENTENCE)
    assert (job.result, job.attempts, job.cause) == (None, 1, {})
    assert owner.used_of(operation) == 0
    assert Image.objects.get().kind == "original"
    events = list(JobEvent.objects.values_list("name", "data"))
    assert [name for name, _ in events] == ["job.queued", "job.started", "job.failed"]
    assert events[-1][1] == {"code": "NOTHING_FOUND", "error": SENTENCE}
    shown = owner.client.get(f"/api/v1/jobs/{job.public_id}").json()["data"]
    assert shown["error"] == {"code": "NOTHING_FOUND", "message": SENTENCE}


def test_an_edit_that_cuts_nothing_out_looks_for_nothing(owner: Seller) -> None:
    response = asked(owner, "edit", blank(), edit={"cutting": None, "layout": {"size": "32x32"}})
    assert response.status_code == 200
    assert owner.used_of(EDIT) == 1


def test_of_a_batch_it_fails_alone(owner: Seller) -> None:
    pictures = [owner.image(data) for data in (photo(), blank(), photo((64, 40)))]
    ids = [image.public_id for image in pictures]
    body = {"imageIds": ids, "operation": "remove-background"}
    url = f"/api/v1/batch/{owner.client.post('/api/v1/batch', body, format='json').json()['data']['batchId']}"
    shown = owner.client.get(url).json()["data"]
    assert (shown["state"], shown["progress"]) == ("completed", 100)
    assert shown["counts"] == {
        **{"total": 3, "pending": 0, "processing": 0},
        **{"completed": 2, "failed": 1, "cancelled": 0},
    }
    assert [item["error"] for item in shown["items"]] == [
        None,
        {"code": "NOTHING_FOUND", "message": SENTENCE},
        None,
    ]
    assert owner.used() == 2
    got = owner.client.get(f"{url}/download")
    with zipfile.ZipFile(BytesIO(b"".join(got.streaming_content))) as archive:
        told = json.loads(archive.read("manifest.json"))
        assert len(archive.namelist()) == 3  # two pictures and the manifest
    assert (told["counts"]["completed"], told["counts"]["failed"]) == (2, 1)
    [missing] = [item for item in told["items"] if item["file"] is None]
    assert (missing["imageId"], missing["state"]) == (ids[1], "failed")
    assert (missing["code"], missing["error"]) == ("NOTHING_FOUND", SENTENCE)
    assert [item["code"] for item in told["items"] if item["file"]] == [None, None]


def test_it_may_be_retried_and_found_by_another_model(
    owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(owner, "remove-background", blank())
    url = f"/api/v1/jobs/{Job.objects.get().public_id}/retry"
    assert owner.client.post(url).status_code == 202
    assert Job.objects.get().error_code == "NOTHING_FOUND"
    assert owner.used() == 0
    monkeypatch.setattr(runtime, "registry", MiddleModel)
    owner.client.post(url)
    assert (Job.objects.get().state, owner.used()) == (JobState.COMPLETED, 1)


def test_asked_again_it_is_no_result_that_could_be_found_again(owner: Seller) -> None:
    image = owner.image(blank())
    url, body = f"{TOOLS}/remove-background", {"imageId": image.public_id}
    answers = [owner.client.post(url, body, format="json") for _ in range(2)]
    assert [answer.json()["code"] for answer in answers] == ["NOTHING_FOUND"] * 2
    assert (Job.objects.count(), owner.used()) == (2, 0)


class BlindModel(MiddleModel):
    """Finds nothing in any picture."""

    def matte(self, name: str, rgb: Any) -> Any:
        return np.zeros((32, 32), np.float32)


def test_a_file_that_is_cut_out_already_is_kept_and_told(
    owner: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "registry", BlindModel)
    picture, out = Pillow.new("RGBA", (60, 40), (255, 255, 255, 0)), BytesIO()
    picture.paste((255, 255, 255, 255), (10, 10, 40, 30))
    picture.paste((255, 255, 255, 255), (20, 5, 30, 35))
    picture.save(out, "PNG")
    response = asked(owner, "remove-background", out.getvalue())
    assert response.status_code == 200
    job = Job.objects.get()
    assert (job.report["provider"], job.report["subjectBox"]) == ("existing-alpha", [10, 5, 40, 35])
    with Pillow.open(BytesIO(storage.read(job.result.file_key))) as result:
        assert result.getchannel("A").tobytes() == picture.getchannel("A").tobytes()
        assert result.getpixel((25, 7)) == (255, 255, 255, 255)
    assert owner.used() == 1
