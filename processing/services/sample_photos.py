"""Photos that come with Packshot, to try it with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.errors import not_found
from media_library.intake.ingest import ingest
from media_library.models import Image

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Sample:
    """A photo by its file's name, with a small copy among the static files."""

    name: str
    words: str | _StrPromise

    @property
    def thumbnail(self) -> str:
        return f"img/samples/{self.name}.webp"


SAMPLES: Final = (
    Sample("white-blazer", _("A blazer on a wooden floor")),
    Sample("wool-hat", _("A woolen hat")),
    Sample("denim-skirt", _("A denim skirt")),
    Sample("brown-pullover", _("A brown pullover")),
)


def add(account: Account, name: str = "") -> list[Image]:
    """Bring in the sample of that name, or all. Raises AppError NOT_FOUND for none of them."""
    chosen = [one for one in SAMPLES if name in ("", one.name)]
    if not chosen:
        raise not_found("Sample")
    folder = Path(settings.BASE_DIR) / "media_library/demo"
    return [
        ingest(account, (folder / f"{one.name}.jpg").read_bytes(), name=f"{one.name}.jpg")
        for one in chosen
    ]
