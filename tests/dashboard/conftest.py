"""People in front of the pages: a seller and a stranger, each with a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow

from accounts import services
from accounts.http import Caller
from accounts.models import Account, User
from media_library.intake.ingest import ResultFacts, ingest, keep, new_result
from media_library.models import Image
from processing.commands import RemoveBackground
from processing.engine.errors import ModelNotInstalled
from processing.engine.networks.registry import ModelInfo
from processing.engine.plans.cutout import CutoutPlan
from processing.models import Job
from processing.services import jobs
from processing.worker import claims, transitions

PASSWORD = "a long and quiet sentence"
HTMX = {"HX-Request": "true"}


@dataclass(frozen=True)
class Person:
    user: User
    account: Account
    client: Client

    def image(self, name: str = "shoe.jpg") -> Image:
        return ingest(self.account, picture(), name=name)

    def job(self, source: Image, **options: Any) -> Job:
        caller = Caller(self.account, self.user)
        return jobs.submit(caller, RemoveBackground(plan=CutoutPlan(**options)), source=source)

    def result(self, source: Image, **options: Any) -> Image:
        """A job on ``source`` that completed."""
        return complete(self.job(source, **options))


def picture(
    format: str = "JPEG",
    size: tuple[int, int] = (40, 30),
    color: tuple[int, int, int] = (200, 30, 30),
) -> bytes:
    out = BytesIO()
    Pillow.new("RGB", size, color).save(out, format)
    return out.getvalue()


def upload_of(*names: str, data: bytes | None = None) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, picture() if data is None else data) for name in names]


def complete(
    job: Job, *, size: tuple[int, int] = (40, 30), report: Mapping[str, Any] | None = None
) -> Image:
    claimed = transitions.claim(job.id)
    assert claimed
    facts = ResultFacts("png", "image/png", *size, has_alpha=True)
    data = picture("PNG", size)
    with new_result(job.source, job_id=job.id, data=data, facts=facts) as result:
        assert claims.hold(claimed)
        keep(result)
        transitions.complete(claimed, result, report or {})
    return result


def fail(
    job: Job, message: str = "The picture could not be read.", *, code: str = "UNREADABLE"
) -> None:
    claimed = transitions.claim(job.id)
    assert claimed
    assert transitions.fail(claimed, code=code, message=message)


@pytest.fixture
def person(db: None) -> Callable[[str], Person]:
    def make(email: str) -> Person:
        user = services.register(email, password=PASSWORD, name="Ada", verified=True)
        client = Client()
        client.force_login(user)
        return Person(user, services.account_of(user), client)

    return make


@pytest.fixture
def seller(person: Callable[[str], Person]) -> Person:
    return person("ada@example.com")


@pytest.fixture
def stranger(person: Callable[[str], Person]) -> Person:
    return person("eve@example.com")


class TwoModels:
    """The small model is here, the large one is not."""

    def names(self) -> list[ModelInfo]:
        return [
            ModelInfo("u2netp", "matting", True, "Apache-2.0", "Small.", ("fast",)),
            ModelInfo("isnet-general-use", "matting", False, "Apache-2.0", "Large.", ("high",)),
        ]

    def resolve(self, name: str) -> str:
        return {"fast": "u2netp"}.get(name, name)

    def check(self, name: str) -> None:
        if name != "fast":
            raise ModelNotInstalled(f"The model {name} is not installed.")

    def version(self, name: str) -> str:
        return f"{name} 1"


@pytest.fixture(autouse=True)
def _two_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processing.worker.runtime.registry", TwoModels)
