"""What is to be done to each photo, as the API takes it, and who does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from packshot.client import Client
from packshot.errors import NotFound, UnexpectedAnswer
from packshot.models import Made
from packshot.plans import EditPlan
from packshot.runs.journal import Journal
from packshot.steps import camel

Told = Callable[[str, int, int | None], None]  # what is done, the bytes done, and their total


@dataclass(frozen=True)
class Work:
    """A tool with its options, in the spelling of Python, or an edit by plan, preset, or both.

    ``ending`` is the result's, where it is known beforehand.
    """

    tool: str
    options: Mapping[str, Any] = field(default_factory=dict)
    plan: EditPlan | None = None
    preset_id: str | None = None
    ending: str | None = None

    def as_json(self) -> dict[str, Any]:
        """All that decides about the result."""
        chosen = {"tool": self.tool, "options": camel(self.options)}
        return chosen | {"edit": self.plan, "presetId": self.preset_id}


class Maker(Protocol):
    """Whoever makes results: a site, or this machine."""

    def make(self, path: Path, photo: str, work: Work, target: Path, told: Told) -> Path:
        """Make the result of a photo with a known hash at a path, which may need its ending; return
        where it is. Raises PackshotError or OSError."""
        ...


class SiteMaker:
    """Has results made by a site, which keeps the photos."""

    def __init__(self, client: Client, journal: Journal) -> None:
        self._client = client
        self._journal = journal

    def make(self, path: Path, photo: str, work: Work, target: Path, told: Told) -> Path:
        known = self._journal.image(self._client.url, photo)
        try:
            made = self._made(known or self.upload(path, photo, told), work, told)
        except NotFound:
            if known is None:
                raise
            # It was deleted from the library since it was uploaded.
            made = self._made(self.upload(path, photo, told), work, told)
        return self.fetch(made.processed_image_id, target, work.ending, told)

    def upload(self, path: Path, photo: str, told: Told) -> str:
        """Store a photo, and remember it."""
        image = self._client.upload(
            path, progress=lambda done, total: told("uploading", done, total)
        )
        self._journal.uploaded(self._client.url, photo, image.id)
        return image.id

    def fetch(self, result: str | None, target: Path, ending: str | None, told: Told) -> Path:
        """Write a result's file. Without an ending, the picture's format decides."""
        if result is None:
            raise UnexpectedAnswer("The site named no picture.")
        if ending is None:
            ending = ending_of(self._client.image(result).format)
        to = target.with_name(f"{target.name}{ending}")
        return self._client.download(
            result, to, progress=lambda done, total: told("downloading", done, total)
        )

    def _made(self, image: str, work: Work, told: Told) -> Made:
        told("working", 0, None)
        if work.tool == "edit":
            return self._client.edit(image, work.plan, preset_id=work.preset_id)
        if work.tool == "remove-background":
            return self._client.remove_background(image, **cast("Any", work.options))
        raise ValueError(f"Nobody knows the tool {work.tool}.")


def ending_of(format: str) -> str:
    """Return the ending of files of a format."""
    return {"jpeg": ".jpg", "tiff": ".tif"}.get(format, f".{format}")
