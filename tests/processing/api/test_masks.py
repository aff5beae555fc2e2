"""Masks come in as pictures or as strokes, and a picture is cut out by them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from accounts.models import PlanLimit
from config import public_ids
from media_library.files import storage
from media_library.models import Image
from media_library.selectors import image_for, images_of
from media_library.services import delete_image
from processing.models import Job
from processing.services import masks
from tests.processing.api.test_edits import opened
from tests.processing.api.test_edits import post as edit
from tests.processing.conftest import photo
from tests.stand_ins import LookingModel, Seller, new_seller

pytestmark = pytest.mark.usefixtures("middle_model", "quick_queue")
SIZE = (60, 40)


def post(seller: Seller, image: Image, **body: Any) -> Any:
    return seller.client.post(f"/api/v1/images/{image.public_id}/mask", body, format="json")


def drawn(box: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> SimpleUploadedFile:
    """A mask that is white in a box."""
    mask = Pillow.new("L", size)
    mask.paste(255, box)
    out = BytesIO()
    mask.save(out, "PNG")
    return SimpleUploadedFile("mask.png", out.getvalue(), "image/png")


def send(seller: Seller, image: Image, file: Any, **fields: Any) -> Any:
    address = f"/api/v1/images/{image.public_id}/mask"
    return seller.client.post(address, {"file": file, **fields}, format="multipart")


def stroke(*points: tuple[float, float], tool: str = "keep", radius: float = 4) -> dict[str, Any]:
    return {"tool": tool, "radius": radius, "points": points}


def of(seller: Seller, answer: Any) -> Image:
    assert answer.status_code == 200, answer.json()
    return image_for(seller.account, public_ids.decode("img", answer.json()["data"]["maskId"]))


def pixels(mask: Image) -> np.ndarray:
    return np.asarray(Pillow.open(BytesIO(storage.read(mask.file_key))))


class TestSentIn:
    def test_a_raw_mask_is_taken_as_it_is_and_cuts_the_picture_out(
        self, owner: Seller, image: Image
    ) -> None:
        answer = send(owner, image, drawn((30, 20, 60, 40)), mode="raw")
        data = answer.json()["data"]
        assert set(data) == {"imageId", "maskId", "url", "immediate"}
        assert (data["imageId"], data["immediate"]) == (image.public_id, True)
        cut = opened(
            owner.client.post(
                "/api/v1/images/tools/remove-background",
                {"imageId": image.public_id, "mask": data["maskId"]},
                format="json",
            )
        )
        alpha = np.asarray(cut)[..., 3]
        assert alpha[20:, 30:].min() == 255
        assert not alpha[:20].any()
        assert not alpha[:, :30].any()

    def test_an_edit_takes_it_too(self, owner: Seller, image: Image) -> None:
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        plan = {"cutting": {"mask": mask.public_id}, "layout": {"size": "croppedSubject"}}
        assert opened(edit(owner, "edit", image, edit=plan)).size == (20, 40)

    def test_a_rough_mask_is_fitted_to_the_photo(self, owner: Seller) -> None:
        image = owner.image(photo((240, 160)))
        rough = of(owner, send(owner, image, drawn((56, 36, 184, 124), (240, 160))))
        # The product is 60 to 180 by 40 to 120.
        assert (pixels(rough)[45:115, 50:58] < 48).all()
        assert (pixels(rough)[45:115, 64:176] > 223).all()

    def test_it_is_no_picture_of_the_library_and_goes_with_its_own(
        self, owner: Seller, image: Image
    ) -> None:
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        assert list(images_of(owner.account)) == [image]
        listed = owner.client.get("/api/v1/images?kind=mask").json()["data"]["items"]
        assert [(one["id"], one["parentId"]) for one in listed] == [
            (mask.public_id, image.public_id)
        ]
        address = f"/api/v1/images/{image.public_id}/mask"
        assert owner.client.get(address).status_code == 302
        delete_image(image)
        assert not Image.live.filter(pk=mask.pk).exists()
        assert owner.client.get(address).status_code == 404

    def test_one_of_another_size_is_refused_and_leaves_nothing(
        self, owner: Seller, image: Image
    ) -> None:
        answer = send(owner, image, drawn((0, 0, 20, 40), (40, 60)), mode="raw")
        assert answer.status_code == 400
        assert answer.json()["fields"] == {
            "file": ["The mask has 40x60 pixels and the image 60x40."]
        }
        assert Image.objects.filter(account=owner.account).count() == 1
        assert not Job.objects.exists()

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({"file": SimpleUploadedFile("mask.png", b"no picture", "image/png")}, "file"),
            ({"mode": "raw"}, "file"),
            ({"file": SimpleUploadedFile("mask.png", b"", "image/png")}, "file"),
            ({"file": drawn((0, 0, 9, 9)), "mode": "blurred"}, "mode"),
            ({"file": drawn((0, 0, 9, 9)), "color": "red"}, "color"),
        ],
    )
    def test_what_is_no_mask_is_refused(
        self, owner: Seller, image: Image, sent: dict[str, Any], field: str
    ) -> None:
        address = f"/api/v1/images/{image.public_id}/mask"
        answer = owner.client.post(address, sent, format="multipart")
        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [field]
        assert Image.objects.filter(account=owner.account).count() == 1

    def test_a_picture_keeps_its_newest_masks(
        self, owner: Seller, image: Image, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(masks, "MAX_MASKS", 2)
        made = [of(owner, send(owner, image, drawn((0, 0, n, 9)), mode="raw")) for n in (3, 4, 5)]
        assert [Image.live.filter(pk=mask.pk).exists() for mask in made] == [False, True, True]
        body = {"imageId": image.public_id, "mask": made[1].public_id}
        owner.client.post("/api/v1/images/tools/remove-background", body, format="json")
        for n in (6, 7):
            of(owner, send(owner, image, drawn((0, 0, n, 9)), mode="raw"))
        # The one that the picture is cut out by stays, however many come after it.
        assert [Image.live.filter(pk=mask.pk).exists() for mask in made] == [False, True, False]


class TestStrokes:
    def test_strokes_mend_a_mask_and_cost_nothing(self, owner: Seller, image: Image) -> None:
        empty = of(owner, send(owner, image, drawn((15, 10, 20, 30)), mode="raw"))
        cutting = {"mask": empty.public_id}
        strokes = [stroke((24, 20), (38, 20), radius=16), stroke((17, 4), tool="erase")]
        mended = pixels(of(owner, post(owner, image, strokes=strokes, cutting=cutting)))
        # The red product is 15 to 45 by 10 to 30, on grey.
        assert mended[13:27, 18:43].min() > 200
        assert mended[:8].max() < 64
        assert owner.used() == 0
        job = Job.objects.get()
        assert (job.operation, job.report["provider"]) == ("touch-up", "mask")

    def test_what_a_model_has_to_find_first_is_a_cutout(self, owner: Seller, image: Image) -> None:
        mended = of(owner, post(owner, image, strokes=[stroke((5, 5))], follow="brush"))
        found = pixels(mended)
        assert found[5, 5] == 255
        assert found[20, 30] == 255  # what the model found
        assert not found[35:].any()
        assert owner.used() == 1
        body = {"imageId": image.public_id, "mask": mended.public_id}
        answer = owner.client.post("/api/v1/images/tools/remove-background", body, format="json")
        assert answer.status_code == 200
        post(owner, image, strokes=[stroke((9, 9))], follow="brush")
        assert owner.used() == 1  # what was found was kept

    def test_of_a_photo_that_was_cut_out_nothing_more_is_charged(
        self, owner: Seller, image: Image
    ) -> None:
        body = {"imageId": image.public_id}
        owner.client.post("/api/v1/images/tools/remove-background", body, format="json")
        assert owner.used() == 1
        mended = of(owner, post(owner, image, strokes=[stroke((5, 5))], follow="brush"))
        assert pixels(mended)[20, 30] == 255
        assert owner.used() == 1

    def test_a_brush_paints_where_a_model_sees_nothing(
        self, owner: Seller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("processing.worker.runtime.registry", LookingModel)
        plain = BytesIO()
        Pillow.new("RGB", SIZE, (90, 90, 90)).save(plain, "PNG")
        image = owner.image(plain.getvalue())
        mended = pixels(of(owner, post(owner, image, strokes=[stroke((30, 20))], follow="brush")))
        assert mended[20, 30] == 255
        assert (mended > 0).sum() < 100

    def test_erasing_everything_finds_nothing(self, owner: Seller, image: Image) -> None:
        answer = post(owner, image, strokes=[stroke((30, 20), tool="erase", radius=90)])
        assert (answer.status_code, answer.json()["code"]) == (422, "NOTHING_FOUND")
        assert owner.used() == 0

    def test_painting_has_a_limit_of_its_own(
        self, owner: Seller, image: Image, settings: Any
    ) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"processing": "1/h", "strokes": "3/m"}
        mask = of(owner, send(owner, image, drawn((15, 10, 20, 30)), mode="raw"))
        assert send(owner, image, drawn((15, 10, 20, 30)), mode="raw").status_code == 429
        strokes = {"strokes": [stroke((17, 20))], "cutting": {"mask": mask.public_id}}
        answers = [post(owner, image, **strokes) for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[0]["X-RateLimit-Limit"] == "3"
        assert 1 <= int(answers[3]["Retry-After"]) <= 60

    def test_the_same_request_twice_makes_one_mask(self, owner: Seller, image: Image) -> None:
        address = f"/api/v1/images/{image.public_id}/mask"
        first, second = (
            owner.client.post(
                address,
                {"strokes": [stroke((5, 5))]},
                format="json",
                headers={"Idempotency-Key": "once"},
            ).json()["data"]
            for _ in range(2)
        )
        assert first["maskId"] == second["maskId"]
        assert Job.objects.count() == 1

    @pytest.mark.parametrize(
        ("body", "field", "message"),
        [
            (
                {"strokes": [stroke((1, 1))] * 10_000},
                "strokes",
                "At most 1000 strokes, not 10000.",
            ),
            (
                {"strokes": [stroke((1, 1)), stroke((3, 3), (61, 20))]},
                "strokes[1].points[1]",
                "The point (61, 20) is outside the photo, which has 60x40 pixels.",
            ),
            ({"strokes": [stroke((1, 1), radius=0)]}, "strokes.0.radius", None),
            ({"strokes": [stroke((1, 1), tool="smear")]}, "strokes.0.tool", None),
            (
                {"strokes": [{**stroke((1, 1)), "color": "red"}]},
                "strokes.0.color",
                "Unknown field.",
            ),
            ({"strokes": [stroke()]}, "strokes.0.points", None),
            ({"strokes": [], "follow": "nobody"}, "follow", None),
            ({"cutting": {"edge": "sharp"}}, "cutting.edge", None),
            ({"cutting": {"mask": "job_1"}}, "cutting.mask", "Not a valid img_ id."),
        ],
    )
    def test_what_is_no_stroke_is_refused_and_nothing_charged(
        self, owner: Seller, image: Image, body: dict[str, Any], field: str, message: str | None
    ) -> None:
        answer = post(owner, image, **body)
        assert answer.status_code == 400, answer.json()
        told = answer.json()["fields"]
        assert list(told) == [field]
        assert message is None or told[field] == [message]
        assert not Job.objects.exists()
        assert owner.used() == 0

    def test_no_number_is_no_place(self, owner: Seller, image: Image) -> None:
        answer = owner.client.post(
            f"/api/v1/images/{image.public_id}/mask",
            '{"strokes": [{"tool": "keep", "radius": 5, "points": [[NaN, 1]]}]}',
            content_type="application/json",
        )
        assert answer.status_code == 400
        assert not Job.objects.exists()


class TestOthers:
    def test_a_stranger_sees_no_picture_and_uses_no_mask(self, owner: Seller, image: Image) -> None:
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        stranger = new_seller()
        assert post(stranger, image, strokes=[stroke((5, 5))]).status_code == 404
        assert send(stranger, image, drawn((0, 0, 9, 9))).status_code == 404
        assert stranger.client.get(f"/api/v1/images/{image.public_id}/mask").status_code == 404
        own = stranger.image(photo())
        answer = edit(stranger, "edit", own, edit={"cutting": {"mask": mask.public_id}})
        assert answer.status_code == 404
        painted = post(stranger, own, strokes=[stroke((5, 5))], cutting={"mask": mask.public_id})
        assert painted.status_code == 404
        body = {"imageId": own.public_id, "mask": mask.public_id}
        cut = stranger.client.post("/api/v1/images/tools/remove-background", body, format="json")
        assert cut.status_code == 404
        assert (stranger.used(), stranger.used_of("edit")) == (0, 0)
        assert not Job.objects.filter(account=stranger.account).exists()
        assert masks.newest(image) == mask

    def test_a_mask_is_for_its_own_picture(self, owner: Seller, image: Image) -> None:
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        other = owner.image(photo((60, 40), dpi=(90, 90)))
        answer = edit(owner, "edit", other, edit={"cutting": {"mask": mask.public_id}})
        assert answer.json()["fields"] == {
            "edit.cutting.mask": ["This mask belongs to another image."]
        }
        seen = owner.client.post(
            f"/api/v1/images/{other.public_id}/preview",
            {"edit": {"cutting": {"mask": mask.public_id}}},
            format="json",
        )
        assert seen.json()["fields"] == answer.json()["fields"]
        answer = edit(owner, "edit", other, edit={"cutting": {"mask": image.public_id}})
        assert list(answer.json()["fields"]) == ["edit.cutting.mask"]
        assert owner.used_of("edit") == 0

    @pytest.mark.parametrize(
        ("operation", "options", "field"),
        [
            ("remove-background", {"mask": "…"}, "mask"),
            ("edit", {"cutting": {"mask": "…"}}, "edit.cutting.mask"),
        ],
    )
    def test_a_batch_with_a_mask_is_for_its_own_picture(
        self, owner: Seller, image: Image, operation: str, options: dict[str, Any], field: str
    ) -> None:
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        other = owner.image(photo((60, 40), dpi=(90, 90)))
        (options.get("cutting") or options)["mask"] = mask.public_id
        ids = [image.public_id, other.public_id]
        body = {"imageIds": ids, "operation": operation, "options": options}
        refused = owner.client.post("/api/v1/batch", body, format="json")
        assert refused.status_code == 400
        assert refused.json()["fields"] == {field: ["This mask belongs to another image."]}
        assert (Job.objects.count(), owner.used(), owner.used_of("edit")) == (0, 0, 0)
        answer = owner.client.post("/api/v1/batch", body | {"imageIds": ids[:1]}, format="json")
        assert answer.status_code == 201

    def test_a_preset_is_for_any_picture_and_has_no_mask(self, owner: Seller, image: Image) -> None:
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        plan = {"cutting": {"mask": mask.public_id}}
        told = "A mask belongs to one image, and a preset is for any."
        body = {"name": "Mine", "edit": plan}
        refused = owner.client.post("/api/v1/presets", body, format="json")
        assert refused.status_code == 400
        [[message]] = refused.json()["fields"].values()
        assert (list(refused.json()["fields"]), message.startswith(told)) == (
            ["edit.cutting.mask"],
            True,
        )
        made = owner.client.post("/api/v1/presets", {"name": "Mine", "edit": {}}, format="json")
        preset = made.json()["data"]["id"]
        address = f"/api/v1/presets/{preset}"
        assert owner.client.patch(address, {"edit": plan}, format="json").status_code == 400
        assert owner.client.get(address).json()["data"]["edit"]["cutting"]["mask"] is None
        # Where a preset is used, a mask of that picture may be named.
        answer = owner.client.post(
            "/api/v1/images/tools/edit",
            {"imageId": image.public_id, "presetId": preset, "edit": plan},
            format="json",
        )
        assert opened(answer).size == SIZE

    def test_without_quota_nothing_is_cut_out_but_a_mask_is_mended(
        self, owner: Seller, image: Image
    ) -> None:
        PlanLimit.objects.filter(operation="remove-background").update(monthly=0)
        refused = post(owner, image, strokes=[stroke((5, 5))])
        assert (refused.status_code, refused.json()["code"]) == (403, "QUOTA_EXCEEDED")
        mask = of(owner, send(owner, image, drawn((0, 0, 20, 40)), mode="raw"))
        answer = post(owner, image, strokes=[stroke((5, 5))], cutting={"mask": mask.public_id})
        assert answer.status_code == 200
