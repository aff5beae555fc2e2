"""Which photos are meant, and where their results go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

ENDINGS = {
    *(".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif"),
    *(".tif", ".tiff", ".bmp", ".gif"),
}
# Of results whose format nobody named.
RESULTS = (".jpg", ".png", ".webp", ".avif")
_PIECE = 1 << 20


@dataclass(frozen=True)
class Photo:
    """A file, and what its results are called: a path below the folder of results, without ending."""

    path: Path
    name: str

    def target(self, out: Path, ending: str) -> Path:
        """Return the file of its result; endings are `.jpg` and their like, or name a look as well."""
        return out / f"{self.name}{ending}"


def named(paths: Sequence[Path], out: Path) -> list[Photo]:
    """Take files as they are named. Raises click.UsageError where two results had one name."""
    return _distinct([Photo(path, path.stem) for path in paths], out)


def inside(folder: Path, out: Path) -> list[Photo]:
    """Find a folder's photos at any depth by their endings, without hidden ones and earlier results."""
    found = [
        Photo(path, str(path.relative_to(folder).with_suffix("")))
        for path in sorted(_files(folder, out.resolve()))
    ]
    if not found:
        raise click.UsageError(f"There is no photo in {folder}.")
    return _distinct(found, out)


def is_photo(path: Path) -> bool:
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


def digest(path: Path) -> str:
    """Hash a file's content, by which it is known again under any name."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_PIECE):
            total.update(part)
    return total.hexdigest()


def _files(folder: Path, without: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.resolve() == without:
            continue
        if path.is_dir():
            yield from _files(path, without)
        elif is_photo(path):
            yield path


def _distinct(photos: Iterable[Photo], out: Path) -> list[Photo]:
    kept: dict[str, Photo] = {}
    for photo in photos:
        # File systems may not tell upper and lower case apart.
        other = kept.setdefault(photo.name.casefold(), photo)
        if other.path != photo.path:
            raise click.UsageError(
                f"{other.path} and {photo.path} would both become {out / photo.name}: "
                "name them one after the other, with another --out."
            )
    return list(kept.values())
