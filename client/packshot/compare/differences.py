"""What differs between two answers to the same call."""

from __future__ import annotations

from collections.abc import Iterator

from packshot.compare.answers import Answer, Box, Picture, Size

# Headers that tell a size or a place in pixels.
_LENGTHS = ("-width", "-height", "-top", "-left")


def differences(old: Answer, new: Answer, *, tolerance: float) -> list[str]:
    """Tell in sentences what of a new answer is other than in the old one. Boxes, and headers that tell them, may be
    off by a share `tolerance` of the picture's longer side; sizes may not."""
    found = []
    if old.status != new.status:
        found.append(f"status: {old.status}, now {new.status}")
    if old.media_type != new.media_type:
        found.append(f"content type: {old.media_type or 'none'}, now {new.media_type or 'none'}")
    found += _of_pictures(old, new, tolerance)
    found += _of_shapes(old, new)
    return found + list(_of_headers(old, new, tolerance))


def _of_pictures(old: Answer, new: Answer, tolerance: float) -> Iterator[str]:
    for where in sorted(old.pictures.keys() | new.pictures.keys()):
        named = f" ({where})" if where else ""
        before, now = old.pictures.get(where), new.pictures.get(where)
        if before is None or now is None:
            yield f"picture{named}: {'none' if before is None else 'one'}, now {'none' if now is None else 'one'}"
            continue
        if before.size != now.size:
            yield f"size{named}: {_size(before.size)}, now {_size(now.size)}"
        elif _boxes_differ(before, now, tolerance):
            yield f"box{named}: {_box(before.box)}, now {_box(now.box)}"


def _boxes_differ(old: Picture, new: Picture, tolerance: float) -> bool:
    if old.box is None or new.box is None:
        return old.box is not new.box
    most = tolerance * max(old.size)
    return any(abs(a - b) > most for a, b in zip(old.box, new.box, strict=True))


def _of_shapes(old: Answer, new: Answer) -> Iterator[str]:
    if gone := sorted(old.shape - new.shape):
        yield f"JSON without: {', '.join(gone)}"
    if added := sorted(new.shape - old.shape):
        yield f"JSON with: {', '.join(added)}"


def _of_headers(old: Answer, new: Answer, tolerance: float) -> Iterator[str]:
    if gone := sorted(old.headers.keys() - new.headers.keys()):
        yield f"headers missing: {', '.join(gone)}"
    sides = [side for picture in old.pictures.values() for side in picture.size]
    most = tolerance * max(sides, default=0)
    for name in sorted(old.headers.keys() & new.headers.keys()):
        if not name.endswith(_LENGTHS):
            continue
        before, now = old.headers[name], new.headers[name]
        try:
            is_off = abs(float(before) - float(now)) > most
        except ValueError:
            is_off = before != now
        if is_off:
            yield f"{name}: {before}, now {now}"


def _size(size: Size) -> str:
    return f"{size[0]}x{size[1]}"


def _box(box: Box | None) -> str:
    if box is None:
        return "all of it"
    return f"{box[2] - box[0]}x{box[3] - box[1]} at {box[0]},{box[1]}"
