"""A logo over the result, and a picture that its colors are matched to: as forms choose them among the account's
reference images, and its logo."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from urllib.parse import parse_qsl
from uuid import UUID

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config import public_ids
from config.api.ids import decoded
from media_library.files.links import content_url
from media_library.models import Image
from media_library.selectors import all_of
from processing.engine.plans.color_reference import ColorReference
from processing.engine.plans.edit import EditPlan
from processing.engine.plans.overlay import Overlay
from processing.models import Resource, ResourceRole
from processing.pages.studio import sizes as studio_sizes

_OVER: Final = (ResourceRole.LOGO, ResourceRole.WATERMARK)
_MATCHED: Final = (ResourceRole.LOOK, ResourceRole.REFERENCE)
_MOST: Final = 100
_CORNER: Final = "right-bottom"


class ExtrasForm(forms.Form):
    """The fields; shares are in percent."""

    overlay = forms.CharField(label=_("Logo"), max_length=40, required=False)
    overlay_place = forms.ChoiceField(
        label=_("Where it stands"), choices=studio_sizes.PLACES, initial=_CORNER, required=False
    )
    overlay_size = forms.FloatField(min_value=1, max_value=100, initial=20, required=False)
    overlay_opacity = forms.FloatField(min_value=0, max_value=100, initial=100, required=False)
    overlay_margin = forms.FloatField(min_value=0, max_value=40, initial=3, required=False)
    match = forms.CharField(label=_("Colors like"), max_length=40, required=False)
    match_strength = forms.FloatField(min_value=0, max_value=100, initial=100, required=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A picture to choose. ``image_id`` is its public id."""

    image_id: str
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Choices:
    over: list[Choice]
    matched: list[Choice]


def parts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of an edit plan that the fields' checked values say. Raises InvalidPlan, AppError NOT_FOUND
    for what is no id."""
    return {"overlay": _overlay(given), "color_reference": _reference(given)}


def check(account: Account, plan: EditPlan) -> None:
    """Raise AppError NOT_FOUND where one of the two, or a picture behind, is not the account's."""
    behind = plan.background
    named = [part.image_id for part in (plan.overlay, plan.color_reference, behind.image) if part]
    if behind.generated is not None and behind.generated.guidance_image_id is not None:
        named.append(behind.generated.guidance_image_id)
    all_of(account, list(dict.fromkeys(UUID(name) for name in named)))


def values_of(plan: EditPlan) -> dict[str, str]:
    """What the fields hold for a plan."""
    found = {"overlay": "", "match": ""}
    if (over := plan.overlay) is not None:
        found |= {
            "overlay": _public(over.image_id),
            "overlay_place": f"{over.horizontal}-{over.vertical}",
            "overlay_size": _percent(over.size),
            "overlay_opacity": _percent(over.opacity),
            "overlay_margin": _percent(over.margin),
        }
    if (wanted := plan.color_reference) is not None:
        strength = _percent(wanted.strength)
        found |= {"match": _public(wanted.image_id), "match_strength": strength}
    return found


def offered(
    account: Account, logo: Image | None, states: Iterable[str], chosen: Mapping[str, Any]
) -> Choices:
    """What may be chosen: reference images of fitting roles, the account's logo, and what ``states`` (choices,
    as addresses say them) and those ``chosen`` name. One query."""
    named = [dict(parse_qsl(one)) for one in states]
    over, matched = (
        _known([*(one.get(name, "") for one in named), str(chosen.get(name) or "")])
        for name in ("overlay", "match")
    )
    if logo is not None:
        over.add(logo.pk)
    fitting = Q(resource__role__in=[*_OVER, *_MATCHED]) | Q(pk__in=over | matched)
    rows = Image.live.filter(fitting, account=account).select_related("resource")
    images = list(rows.order_by("-created_at", "-id")[:_MOST])
    return Choices(_choices(images, _OVER, over), _choices(images, _MATCHED, matched))


def _choices(
    images: Iterable[Image], roles: Collection[str], named: Collection[UUID]
) -> list[Choice]:
    found = []
    for image in images:
        row = cast("Resource | None", getattr(image, "resource", None))
        if image.pk in named or (row is not None and row.role in roles):
            url = content_url(image, "thumbnail") if image.thumbnail_key else ""
            found.append(Choice(image.public_id, row.name if row else image.name, url))
    return found


def _known(public: Iterable[str]) -> set[UUID]:
    found = set()
    for one in public:
        try:
            found.add(public_ids.decode("img", one))
        except ValueError:
            continue
    return found


def _overlay(given: Mapping[str, Any]) -> Overlay | None:
    if not given.get("overlay"):
        return None
    across, down = (given.get("overlay_place") or _CORNER).split("-")
    return Overlay(
        image_id=str(decoded("img", given["overlay"], "Image")),
        horizontal=cast(Literal["left", "center", "right"], across),
        vertical=cast(Literal["top", "center", "bottom"], down),
        size=_share(given, "overlay_size"),
        margin=_share(given, "overlay_margin"),
        opacity=_share(given, "overlay_opacity"),
    )


def _reference(given: Mapping[str, Any]) -> ColorReference | None:
    if not given.get("match"):
        return None
    image_id = str(decoded("img", given["match"], "Image"))
    return ColorReference(image_id, _share(given, "match_strength"))


def _share(given: Mapping[str, Any], name: str) -> float:
    percent = given.get(name)
    return float(ExtrasForm.base_fields[name].initial if percent is None else percent) / 100


def _public(image_id: str) -> str:
    return public_ids.encode("img", UUID(image_id))


def _percent(share: float) -> str:
    return f"{100 * share:.10g}"
