"""Batches that read from a bucket and write to one."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from accounts.models import Plan, PlanLimit
from media_library.models import Image
from processing.models import Batch, BatchItem, Bucket, ItemWriting, Job
from processing.services.buckets import claims, s3, writing
from tests.processing.buckets.conftest import turn
from tests.processing.conftest import photo
from tests.stand_ins import Seller

URL = "/api/v1/batch"
pytestmark = pytest.mark.usefixtures("at_work")


@pytest.fixture
def bucket(owner: Seller, store: Any, access: dict[str, str]) -> str:
    made = owner.client.post("/api/v1/buckets", access, format="json")
    return str(made.json()["data"]["id"])


def filled(store: Any, **objects: bytes) -> None:
    for name, data in objects.items():
        store.put_object(Key=name.replace("__", "/").replace("_jpg", ".jpg"), Body=data)


def start(seller: Seller, **body: Any) -> Any:
    wanted = {"operation": "remove-background", "options": {"format": "jpg"}, **body}
    return seller.client.post(URL, wanted, format="json")


def shown(seller: Seller, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.content
    one = seller.client.get(f"{URL}/{answer.json()['data']['batchId']}")
    return dict(one.json()["data"])


def keys(store: Any) -> list[str]:
    return sorted(found.key for found in store.objects.all())


def test_a_batch_reads_below_a_prefix_and_writes_below_another_and_bad_objects_fail_alone(
    owner: Seller, store: Any, bucket: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 20_000
    monkeypatch.setattr(s3, "PAGE", 2)
    filled(
        store,
        in__a_jpg=photo((60, 40)),
        in__b__a_jpg=photo((70, 40)),
        in__c_jpg=photo((80, 40)),
        in__large_jpg=bytes(20_001),
        in__notes=b"no picture",
        in__out__old_jpg=photo(),
        in__=b"",
        elsewhere_jpg=photo(),
    )
    answer = start(
        owner, fromBucketId=bucket, fromPrefix="in/", toBucketId=bucket, toPrefix="in/out"
    )
    assert answer.json()["data"]["totalImages"] == 0
    listing = shown(owner, answer)
    assert (listing["state"], listing["progress"], listing["items"]) == ("listing", 0, [])
    assert listing["source"] == {
        "bucketId": bucket,
        "bucketName": "Studio",
        "prefix": "in/",
        "state": "listing",
        "error": None,
    }
    monkeypatch.setattr(claims, "TURN_SECONDS", -1.0)
    for _ in range(4):  # four pages; a worker whose turn is over goes on from where it was
        turn()
    listed = shown(owner, answer)
    assert (listed["state"], listed["totalImages"]) == ("processing", 5)
    assert [item["state"] for item in listed["items"]] == ["pending"] * 5
    assert listed["counts"]["pending"] == 5
    store.Object("in/c.jpg").delete()
    monkeypatch.setattr(claims, "TURN_SECONDS", 20.0)
    turn()
    done = shown(owner, answer)
    told = [
        (item["key"], item["state"], item["error"] and item["error"]["code"])
        for item in done["items"]
    ]
    assert told == [
        ("in/a.jpg", "completed", None),
        ("in/b/a.jpg", "completed", None),
        ("in/c.jpg", "failed", "OBJECT_GONE"),
        ("in/large.jpg", "failed", "PAYLOAD_TOO_LARGE"),
        ("in/notes", "failed", "VALIDATION_ERROR"),
    ]
    assert (done["state"], done["progress"], done["source"]["state"]) == ("completed", 100, "ended")
    assert done["counts"] | {"total": 5} == {
        **{"total": 5, "pending": 0, "processing": 0},
        **{"completed": 2, "failed": 3, "cancelled": 0},
    }
    # Originals are pictures of the library, as uploads are.
    assert (
        sorted(Image.live.filter(kind="original").values_list("name", flat=True)) == ["a.jpg"] * 2
    )
    assert owner.used() == 2
    results = [f"in/out/a-remove-background-{n}.jpg" for n in (1, 2)]
    assert [item["written"] and item["written"]["key"] for item in done["items"]] == [
        *results,
        *[None] * 3,
    ]
    assert set(keys(store)) >= {*results, "in/out/manifest.json", "in/out/old.jpg"}
    assert ".packshot-check" not in str(keys(store))
    manifest = json.loads(store.Object("in/out/manifest.json").get()["Body"].read())
    first = manifest["items"][0]
    written = store.Object(results[0]).get()
    assert written["ContentType"] == "image/jpeg"
    assert hashlib.sha256(written["Body"].read()).hexdigest() == first["sha256"]
    assert (first["file"], first["key"]) == ("a-remove-background-1.jpg", "in/a.jpg")
    assert manifest["items"][4]["code"] == "VALIDATION_ERROR"


def test_what_is_more_than_the_plan_allows_is_not_read_and_what_costs_more_than_is_left_fails(
    owner: Seller, store: Any, bucket: str
) -> None:
    filled(store, a_jpg=photo((60, 40)), b_jpg=photo((70, 40)), c_jpg=photo((80, 40)))
    Plan.objects.update(batch_size=2)
    answer = start(owner, fromBucketId=bucket)
    turn()
    failed = shown(owner, answer)
    assert (failed["state"], failed["totalImages"], failed["items"]) == ("failed", 0, [])
    assert failed["source"]["error"] == {
        "code": "TOO_MANY_IMAGES",
        "message": "There are more objects below this prefix than the 2 that a batch can have.",
    }
    assert (Image.objects.count(), owner.used()) == (0, 0)
    for body, code in (
        ({"namePattern": "x"}, "VALIDATION_ERROR"),
        ({"fromPrefix": "z"}, "NOTHING_THERE"),
    ):
        Plan.objects.update(batch_size=100)
        answer = start(owner, fromBucketId=bucket, **body)
        turn()
        assert shown(owner, answer)["source"]["error"]["code"] == code
    PlanLimit.objects.filter(operation="remove-background").update(monthly=2)
    answer = start(owner, fromBucketId=bucket)
    turn()
    done = shown(owner, answer)
    assert [(item["state"], item["error"] and item["error"]["code"]) for item in done["items"]] == [
        ("completed", None),
        ("completed", None),
        ("failed", "QUOTA_EXCEEDED"),
    ]
    assert (done["state"], owner.used(), Image.live.filter(kind="original").count()) == (
        "completed",
        2,
        2,
    )
    PlanLimit.objects.filter(operation="remove-background").update(monthly=3)
    again = owner.client.post(f"{URL}/{done['batchId']}/retry")
    assert again.json()["data"]["retried"] == 1
    turn()
    assert shown(owner, answer)["counts"]["completed"] == 3


def test_results_that_cannot_be_written_are_tried_again_and_then_say_so(
    owner: Seller, store: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PAUSES", (0,))
    image = owner.image(photo())
    # A key that could be read is not one that can be written: the bucket goes after the start.
    answer = start(owner, imageIds=[image.public_id], toBucketId=bucket, namePattern="{name}")
    row = Bucket.objects.get()
    Bucket.objects.update(bucket="gone-by-now")
    turn()
    done = shown(owner, answer)
    missing = {"code": "BUCKET_NOT_FOUND", "message": "There is no bucket with this name."}
    assert done["items"][0]["written"] == {"state": "failed", "key": "shoe.jpg", "error": missing}
    assert done["items"][0]["state"] == "completed"
    assert (done["state"], done["destination"]["error"]) == ("processing", missing)
    turn()
    done = shown(owner, answer)
    assert (done["state"], done["destination"]["error"]) == ("completed", missing)
    assert ItemWriting.objects.get().attempts == 2
    Bucket.objects.update(bucket=row.bucket)
    again = owner.client.post(f"{URL}/{done['batchId']}/retry").json()["data"]
    assert (again["retried"], again["batch"]["state"]) == (1, "processing")
    turn()
    done = shown(owner, answer)
    assert done["items"][0]["written"] == {"state": "written", "key": "shoe.jpg", "error": None}
    assert (done["state"], done["destination"]["error"]) == ("completed", None)
    assert keys(store) == ["manifest.json", "shoe.jpg"]
    assert owner.used() == 1


def test_a_batch_that_is_cancelled_reads_no_further_and_one_of_a_deleted_bucket_says_so(
    owner: Seller, store: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(store, a_jpg=photo((60, 40)), b_jpg=photo((70, 40)))
    early, listed, orphan = (start(owner, fromBucketId=bucket) for _ in range(3))
    owner.client.post(f"{URL}/{early.json()['data']['batchId']}/cancel")
    monkeypatch.setattr(claims, "TURN_SECONDS", -1.0)
    turn()
    owner.client.post(f"{URL}/{listed.json()['data']['batchId']}/cancel")
    owner.client.delete(f"/api/v1/buckets/{bucket}")
    monkeypatch.setattr(claims, "TURN_SECONDS", 20.0)
    turn()
    told = [shown(owner, one) for one in (early, listed, orphan)]
    assert [one["state"] for one in told] == ["cancelled", "cancelled", "completed"]
    assert [one["counts"]["cancelled"] for one in told] == [0, 2, 0]
    assert {item["state"] for item in told[1]["items"]} == {"cancelled"}
    assert {item["error"]["code"] for item in told[2]["items"]} == {"BUCKET_NOT_FOUND"}
    assert (Job.objects.count(), Image.objects.count(), owner.used()) == (0, 0, 0)


def test_a_batch_that_could_not_read_or_write_is_refused_at_once_and_costs_nothing(
    owner: Seller, stranger: Seller, store: Any, bucket: str
) -> None:
    image = owner.image(photo()).public_id
    theirs = {"fromBucketId": bucket, "fromPrefix": "in/"}
    refused = [
        (owner, {**theirs, "toBucketId": bucket}, 400, {"toPrefix"}),
        (owner, {**theirs, "toBucketId": bucket, "toPrefix": "in"}, 400, {"toPrefix"}),
        (owner, {**theirs, "imageIds": [image]}, 400, {"request"}),
        (owner, {"imageIds": [image], "toPrefix": "x"}, 400, {"request"}),
        (owner, {"fromBucketId": bucket, "fromPrefix": "/in"}, 400, {"fromPrefix"}),
        (owner, {**theirs, "options": {"mask": "x"}}, 400, None),
        (stranger, theirs, 404, None),
        (owner, {}, 400, {"request"}),
    ]
    for seller, body, status, fields in refused:
        answer = start(seller, **body)
        assert answer.status_code == status, (body, answer.content)
        if fields is not None:
            assert set(answer.json()["fields"]) == fields
    Bucket.objects.update(bucket="none-of-it")
    for body in (theirs, {"imageIds": [image], "toBucketId": bucket}):
        answer = start(owner, **body).json()
        assert (answer["code"], answer["error"]) == (
            "BUCKET_NOT_FOUND",
            "There is no bucket with this name.",
        )
        assert set(answer["fields"]) <= {"fromBucketId", "toBucketId"}
    assert (Batch.objects.count(), BatchItem.objects.count(), owner.used()) == (0, 0, 0)
