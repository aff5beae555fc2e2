"""Samples of calling the APIs that this site speaks. An app that speaks one enters it when it starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.template import Context, Template
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LANGUAGES = (("curl", "curl"), ("python", "Python"), ("javascript", "JavaScript"))


@dataclass(frozen=True)
class SampledApi:
    """An API, what it is for, and the folder with a text of each language, by the file's name.

    In these `{{ site }}`, `{{ key }}` and `{{ email }}` are filled in.
    """

    name: str
    title: str
    text: str | _StrPromise
    folder: Path


@dataclass(frozen=True)
class QuickStart:
    """How to call one API, in several languages."""

    name: str
    title: str
    text: str
    samples: list[tuple[str, str]]


_APIS = {
    "packshot": SampledApi(
        "packshot",
        "Packshot",
        _("Everything this site can do."),
        Path(settings.BASE_DIR) / "templates/accounts/quickstart",
    )
}


def register(api: SampledApi) -> None:
    _APIS[api.name] = api


def registered() -> list[SampledApi]:
    return list(_APIS.values())


def quick_starts(*, key: str, email: str) -> list[QuickStart]:
    """The samples with what is the caller's own filled in."""
    given = {"site": settings.SITE_URL, "key": key, "email": email}
    return [
        QuickStart(
            api.name,
            api.title,
            str(api.text),
            [
                (language, _filled(api.folder / f"{file}.txt", given))
                for file, language in LANGUAGES
            ],
        )
        for api in _APIS.values()
    ]


def _filled(path: Path, given: dict[str, str]) -> str:
    return Template(path.read_text()).render(Context(given)).strip()
