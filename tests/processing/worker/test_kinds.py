"""A kind of work that the site has never heard of: one command, one Kind, one endpoint."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Literal

import numpy as np
import pytest
from django.test import Client
from django.urls import include, path
from PIL import Image as Pillow
from PIL import ImageOps
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.limits import operations
from accounts.limits.operations import Operation
from accounts.models import PlanLimit, User
from config import public_ids
from config.api.views import ApiView
from config.errors import invalid
from media_library.files import storage
from media_library.models import Image
from processing import commands
from processing.api.waiting import answer, picture_fields, run
from processing.commands import Command, RemoveBackground
from processing.engine.rendered import Rendered
from processing.models import Job, JobEvent
from processing.services import jobs
from processing.worker import kinds, runner, transitions
from processing.worker.kinds import Kind, by_name
from processing.worker.making import cutouts
from tests.processing.conftest import photo
from tests.stand_ins import Seller

MIRRORING = Operation("mirror", title="Mirroring", running="Holding up a mirror", done="Mirrored")


class Mirror(Command):
    """The picture as a mirror shows it."""

    operation: Literal["mirror"] = "mirror"
    glass: str = "clear"

    @property
    def label(self) -> str:
        return "mirrored"


class Toy:
    """The kind's functions, and how often the work was done."""

    def __init__(self) -> None:
        self.version = "mirror 1"
        self.worked = 0

    def work(self, job: Job, command: Mirror) -> Rendered:
        self.worked += 1
        _, data = runner.source_of(job)
        with Pillow.open(BytesIO(data)) as opened:
            picture = ImageOps.mirror(opened.convert("RGB"))
        out = BytesIO()
        picture.save(out, "PNG")
        return Rendered(
            data=out.getvalue(),
            format="png",
            media_type="image/png",
            width=picture.width,
            height=picture.height,
            has_alpha=False,
            subject_box=None,
            model="",
            provider=f"mirror/{command.glass}",
            uncertainty=0.0,
            timings={},
        )

    def makers(self, _: Mirror) -> list[str]:
        return [self.version]

    def check(self, command: Mirror) -> None:
        if command.glass == "broken":
            raise invalid("glass", "The glass is broken.")

    def check_source(self, _: Mirror, source: Image) -> None:
        if source.width > 100:
            raise invalid("imageId", "The picture is wider than the mirror.")

    def completing(self, job: Job, command: Mirror, result: Image | None) -> None:
        assert result is not None
        job.report["mirror"] = {"glass": command.glass, "imageId": result.public_id}

    def describe(self, command: Mirror) -> str:
        return f"In {command.glass} glass"

    def kind(self) -> Kind:
        return Kind(
            operations=by_name(MIRRORING),
            work=self.work,
            makers=self.makers,
            check=self.check,
            check_source=self.check_source,
            completing=self.completing,
            describe=self.describe,
        )


class MirrorView(ApiView):
    rate_group = "processing"
    scope = "jobs:write"

    def post(self, request: Request) -> Response:
        image_id = public_ids.decode("img", request.data["imageId"])
        job = run(request, Mirror(glass=request.data.get("glass", "clear")), image_id=image_id)
        return answer(job, picture_fields(job, display="url", base=""))


urlpatterns = [path("toy/mirror", MirrorView.as_view()), path("", include("config.urls"))]


@pytest.fixture
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    monkeypatch.setattr(commands, "_COMMANDS", dict(commands._COMMANDS))
    monkeypatch.setattr(operations, "_OPERATIONS", dict(operations._OPERATIONS))


@pytest.fixture
def toy(registries: None) -> Toy:
    toy = Toy()
    kinds.register(Mirror, toy.kind())
    return toy


def allow(owner: Seller, monthly: int) -> None:
    PlanLimit.objects.create(plan_id=owner.account.plan_id, operation="mirror", monthly=monthly)


def ask(owner: Seller, image: Image, **options: Any) -> Any:
    body = {"imageId": image.public_id, **options}
    return owner.client.post("/toy/mirror", body, format="json")


def page(owner: Seller, path: str) -> str:
    assert isinstance(owner.caller.user, User)
    client = Client()
    client.force_login(owner.caller.user)
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def pixels(image: Image) -> Any:
    with Pillow.open(BytesIO(storage.read(image.file_key))) as opened:
        return np.asarray(opened.convert("RGB"))


def events() -> list[str]:
    return list(JobEvent.objects.order_by("pk").values_list("name", flat=True))


@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("quick_queue")
class TestToyKind:
    def test_goes_from_the_endpoint_to_result_event_quota_and_pages(
        self, toy: Toy, owner: Seller
    ) -> None:
        allow(owner, monthly=2)
        image = owner.image(photo())
        shown = ask(owner, image, glass="smoked")
        job = Job.objects.get()
        assert shown.status_code == 200
        assert job.result is not None
        assert shown.json()["data"]["processedImageId"] == job.result.public_id
        assert job.result.name == "shoe-mirrored.png"
        assert np.array_equal(pixels(job.result), pixels(image)[:, ::-1])
        assert job.report["mirror"] == {"glass": "smoked", "imageId": job.result.public_id}
        listed = owner.client.get(f"/api/v1/jobs/{job.public_id}").json()["data"]
        assert (listed["operation"], listed["state"]) == ("mirror", "completed")
        assert events() == ["job.queued", "job.started", "job.completed"]
        assert owner.used_of("mirror") == 1
        assert f"{MIRRORING.title}</span><span><strong>1</strong> of 2" in page(
            owner, "/settings/usage/"
        )
        history = page(owner, f"/pictures/{image.public_id}/")
        assert '<p class="result-title"> Mirrored </p>' in history
        assert '<p class="help">In smoked glass</p>' in history
        mark = f'<span class="tile-mark" id="mark-{image.public_id}"> Mirrored: In smoked glass </span>'
        assert mark in page(owner, "/library/")

    def test_equal_work_is_found_again_until_its_makers_change(
        self, toy: Toy, owner: Seller
    ) -> None:
        allow(owner, monthly=2)
        image = owner.image(photo())
        first, again = (ask(owner, image).json()["data"] for _ in range(2))
        assert again["processedImageId"] == first["processedImageId"]
        assert (toy.worked, owner.used_of("mirror")) == (1, 1)
        toy.version = "mirror 2"
        assert ask(owner, image).json()["data"]["processedImageId"] != first["processedImageId"]
        assert (toy.worked, owner.used_of("mirror")) == (2, 2)

    def test_its_refusals_cost_nothing(self, toy: Toy, owner: Seller) -> None:
        allow(owner, monthly=2)
        broken = ask(owner, owner.image(photo()), glass="broken")
        assert (broken.status_code, broken.json()["fields"]) == (
            400,
            {"glass": ["The glass is broken."]},
        )
        wide = ask(owner, owner.image(photo((101, 40))))
        assert (wide.status_code, wide.json()["fields"]) == (
            400,
            {"imageId": ["The picture is wider than the mirror."]},
        )
        assert (Job.objects.count(), owner.used_of("mirror")) == (0, 0)

    def test_counts_against_the_plan(self, toy: Toy, owner: Seller, image: Image) -> None:
        missing = ask(owner, image)
        assert (missing.status_code, missing.json()["error"]) == (
            403,
            "Your plan does not include mirror.",
        )
        allow(owner, monthly=0)
        refused = ask(owner, image)
        assert (refused.status_code, refused.json()["error"]) == (
            403,
            "Monthly limit reached for mirror.",
        )
        assert toy.worked == 0


@pytest.mark.usefixtures("toy", "db")
def test_pages_say_what_is_going_on(owner: Seller, image: Image) -> None:
    allow(owner, monthly=1)
    job = jobs.submit(owner.caller, Mirror(), source=image)
    path = f"/pictures/{image.public_id}/"
    assert '<p class="result-title"> Mirroring · Waiting </p>' in page(owner, path)
    assert transitions.claim(job.pk)
    assert '<p class="result-title"> Holding up a mirror </p>' in page(owner, path)
    assert "Holding up a mirror </span>" in page(owner, "/library/")
    transitions.cancel(job)
    mark = f'<span class="tile-mark" id="mark-{image.public_id}"> Cancelled </span>'
    assert mark in page(owner, "/library/")
    assert '<p class="result-title"> Mirroring · Cancelled </p>' in page(owner, path)


def test_a_job_of_a_kind_that_is_gone_is_still_shown(owner: Seller, image: Image) -> None:
    job = jobs.submit(owner.caller, RemoveBackground(), source=image)
    job.command["operation"] = job.operation = "paint-by-numbers"
    job.save()
    history = page(owner, f"/pictures/{image.public_id}/")
    assert '<p class="result-title"> Paint by numbers · Waiting </p>' in history


@pytest.mark.usefixtures("registries")
class TestRegistering:
    def test_a_command_and_a_kind_of_other_operations_are_refused(self) -> None:
        with pytest.raises(ValueError, match="operations of Mirror and of its kind differ"):
            kinds.register(Mirror, cutouts.KIND)

    def test_an_operation_has_one_command(self) -> None:
        class Again(Command):
            operation: Literal["remove-background"] = "remove-background"

        with pytest.raises(ValueError, match="another command for remove-background"):
            kinds.register(Again, cutouts.KIND)

    def test_an_operation_has_one_meaning(self) -> None:
        other = Operation("upscale", title="Growing", running="Growing", done="Grown")
        with pytest.raises(ValueError, match="another operation called upscale"):
            kinds.register(Mirror, Kind({"mirror": other}, work=Toy().work))
