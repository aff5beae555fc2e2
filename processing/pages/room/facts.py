"""What was found in a photo of a room, and what was done about it, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from processing.commands import Command, Enhance, MergeHdr
from processing.engine.errors import InvalidPlan
from processing.worker import kinds

# The share of a picture, 0 to 1, from which on it is worth a sentence.
_LEAST_MOVING: Final = 0.01


@dataclass(frozen=True, slots=True)
class Facts:
    """Sentences about a result: what was done, and what was asked for and came to nothing."""

    done: Sequence[str] = ()
    missing: Sequence[str] = ()


def facts_of(report: Mapping[str, Any]) -> Facts:
    """What a job's report says; nothing for other work."""
    room = report.get("room")
    if not isinstance(room, dict):
        return Facts()
    told = [_moved(report), *(tell(room) for tell in _TOLD)]
    return Facts(
        [line for one in told for line in one.done], [line for one in told for line in one.missing]
    )


def options_of(command: Command, report: Mapping[str, Any]) -> str:
    """What was asked for and done, in words: without what came to nothing, which the facts tell."""
    room = report.get("room")
    if not isinstance(command, Enhance | MergeHdr) or not isinstance(room, dict):
        return kinds.of(command).describe(command)
    undone = {name: off for name, (off, is_done) in _UNDONE.items() if not is_done(room)}
    try:
        done = command.model_copy(update={"plan": replace(command.plan, **undone)})
    except InvalidPlan:  # nothing of it was done
        return ""
    return kinds.of(done).describe(done)


def _moved(report: Mapping[str, Any]) -> Facts:
    hdr = report.get("hdr")
    moving = hdr.get("moving") if isinstance(hdr, dict) else None
    if not isinstance(moving, float) or moving < _LEAST_MOVING:
        return Facts()
    text = _("Something moved in %(percent)s %% of the picture, which is of one exposure alone.")
    return Facts([text % {"percent": number_format(100 * moving, 0)}])


def _straightened(room: Mapping[str, Any]) -> Facts:
    what = room.get("straightened")
    if what == "done":
        return Facts([_turned(room)])
    if what == "level":
        return Facts([_("It was level already.")])
    if what == "too-steep":
        return Facts(missing=[_("Not straightened: the camera was tilted by more than 20°.")])
    if what == "not-for-360":
        return Facts([_("A 360° picture is not straightened.")])
    if what == "no-verticals":
        return Facts(missing=[_("Not straightened: too few upright edges were found.")])
    return Facts()


def _hidden(room: Mapping[str, Any]) -> Facts:
    privacy = room.get("privacy")
    if not isinstance(privacy, dict):
        return Facts()
    faces, plates = (int(privacy.get(name) or 0) for name in ("faces", "plates"))
    if not faces and not plates:
        nothing = _("No face and no number plate was found.")
        # Reports of older releases: plates were not looked for.
        return Facts([_("No face was found.") if privacy.get("plates") is None else nothing])
    told = []
    if faces:
        text = ngettext("%(count)s face hidden.", "%(count)s faces hidden.", faces)
        told.append(text % {"count": faces})
    if plates:
        text = ngettext("%(count)s number plate hidden.", "%(count)s number plates hidden.", plates)
        told.append(text % {"count": plates})
    return Facts(told)


_NO_SKY: Final = {
    "no-sky": gettext_lazy("No sky was found for certain."),
    "night": gettext_lazy("The sky of a night is not replaced."),
    "not-for-360": gettext_lazy("The sky of a 360° picture is not replaced."),
}


def _lens(room: Mapping[str, Any]) -> Facts:
    lens = room.get("lens")
    if not isinstance(lens, dict) or not lens.get("corrected"):
        return Facts()
    if lens.get("source") == "database":
        return Facts([_("The lens was corrected: %(lens)s.") % {"lens": lens.get("lens")}])
    return Facts([_("The lens’s distortion was corrected by the photo’s straight edges.")])


def _another_sky(room: Mapping[str, Any]) -> Facts:
    sky = room.get("sky")
    if not isinstance(sky, dict):
        return Facts()
    if sky.get("replaced"):
        return Facts([_("The sky was replaced.")])
    return Facts(missing=[str(_NO_SKY.get(str(sky.get("reason")), _NO_SKY["no-sky"]))])


def _has_another_sky(room: Mapping[str, Any]) -> bool:
    sky = room.get("sky")
    return isinstance(sky, dict) and bool(sky.get("replaced"))


def _windows(room: Mapping[str, Any]) -> Facts:
    windows = room.get("windows")
    if not isinstance(windows, dict):
        return Facts()
    found, recovered = windows.get("found", 0), windows.get("recovered", 0)
    if not found:
        return Facts(missing=[_("No window was found.")])
    if not recovered:
        return Facts(missing=[_("The file holds no more of what is seen through the windows.")])
    text = ngettext(
        "The view through %(count)s window was brought back.",
        "The views through %(count)s windows were brought back.",
        recovered,
    )
    return Facts([text % {"count": recovered}])


def _has_windows(room: Mapping[str, Any]) -> bool:
    windows = room.get("windows")
    return isinstance(windows, dict) and bool(windows.get("recovered"))


def _has_hidden(room: Mapping[str, Any]) -> bool:
    privacy = room.get("privacy")
    return isinstance(privacy, dict) and bool(privacy.get("faces") or privacy.get("plates"))


def _turned(room: Mapping[str, Any]) -> str:
    roll, pitch = (abs(float(room.get(name) or 0.0)) for name in ("roll", "pitch"))
    if round(pitch, 1) == 0:
        return _("Turned by %(roll)s°.") % {"roll": number_format(roll, 1)}
    if round(roll, 1) == 0:
        return _("Walls made upright by %(pitch)s°.") % {"pitch": number_format(pitch, 1)}
    return _("Turned by %(roll)s°, walls made upright by %(pitch)s°.") % {
        "roll": number_format(roll, 1),
        "pitch": number_format(pitch, 1),
    }


# In the order in which the work is done.
_TOLD: Final = (_lens, _straightened, _windows, _another_sky, _hidden)
# Options that may come to nothing: their value where they are off, and whether a report says that they did.
_UNDONE: Final[Mapping[str, tuple[Any, Callable[[Mapping[str, Any]], bool]]]] = {
    "straighten": (False, lambda room: room.get("straightened") == "done"),
    "privacy": (False, _has_hidden),
    "sky": (None, _has_another_sky),
    "window_pull": ("NONE", _has_windows),
}
