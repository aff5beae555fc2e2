"""Looks as cards, each with a picture of what it makes of the account's last photo (look_pictures).

Until that is there a drawing stands for it, plain SVG that a browser lays over one another: ground, product,
shadow. Nothing is decoded or rendered here.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.templatetags.static import static
from django.utils.translation import gettext as _

from accounts.limits.operations import EDIT
from accounts.models import Account
from media_library.files.links import content_url
from media_library.models import Image, ImageKind
from processing.commands import Edit
from processing.engine.plans.edit import Background, EditPlan, Generated, parse_size
from processing.models import Preset
from processing.services.appearance import brand_kit, look_pictures, looks, presets, ready_looks
from processing.services.appearance.look_pictures import NO_PICTURE, LookPicture
from processing.services.appearance.ready_looks import ReadyLook, Reason
from processing.services.backgrounds.builtin_backgrounds import builtins
from processing.worker.making.edits import SHADOWS

_DEMO: Final = "img/example-after.webp"
_WIDTH: Final = 100
_ORDER: Final = ("set", "marketplace", "style")
_PROMPT_SHOWN: Final = 60
_PLAIN_SIZES: Final = ("auto", "originalImage", "croppedSubject")


@dataclass(frozen=True)
class Stop:
    color: str
    offset: str


@dataclass(frozen=True)
class Scene:
    """What the drawing shows, in units of a hundredth of its width."""

    height: int
    color: str
    stops: tuple[Stop, ...]
    is_radial: bool
    ground_url: str
    is_blurred: bool
    margin: int
    has_shadow: bool
    has_outline: bool

    @property
    def is_transparent(self) -> bool:
        return not (self.color or self.stops or self.ground_url or self.is_blurred)

    @property
    def width_inside(self) -> int:
        return _WIDTH - 2 * self.margin

    @property
    def height_inside(self) -> int:
        return self.height - 2 * self.margin


@dataclass(frozen=True)
class LookCard:
    id: str
    name: str
    is_own: bool
    is_default: bool
    group: str
    about: str
    reasons: tuple[Reason, ...]
    problem: str
    scene: Scene
    picture: LookPicture = NO_PICTURE


def photo_url(account: Account, of: Image | None = None) -> str:
    """The product in the drawings: the newest cutout of a photo, else of the account, else the demonstration's."""
    cutouts = Image.live.filter(account=account, kind=ImageKind.DERIVED, has_alpha=True)
    small = cutouts.exclude(thumbnail_key="").order_by("-created_at", "-id")
    ids = small.values("pk")[:1]
    of_this = small.filter(parent=of).values("pk")[:1]
    first = Coalesce(Subquery(of_this), Subquery(ids)) if of else Subquery(ids)
    newest = Image.objects.filter(pk=first).first()
    return content_url(newest, "thumbnail") if newest else static(_DEMO)


def all_cards(
    account: Account, photo: Image | None, own: Sequence[Preset] | None = None
) -> list[LookCard]:
    """The account's own for products, by name, and the ready ones, with pictures of them on a photo. ``own`` are
    its presets where they were read already."""
    if own is None:
        own = list(Preset.objects.filter(account=account, operation=EDIT))
    default = brand_kit.of(account).default_look
    plans = {preset.public_id: presets.plan_of(preset) for preset in own}
    ready = ready_looks.ready_looks()
    every = plans | {look.public_id: look.plan for look in ready}
    problems = looks.problems(account, {key: Edit(plan=plan) for key, plan in every.items()})
    grounds = _grounds(account, every.values())
    usable = {key: plan for key, plan in every.items() if key not in problems}
    pictures = look_pictures.of(account, usable, photo)
    mine = [
        _card(preset, plans[preset.public_id], problems, grounds, is_default=preset == default)
        for preset in own
    ]
    ready.sort(key=lambda look: _ORDER.index(look.group))
    cards = mine + [_card(look, look.plan, problems, grounds) for look in ready]
    return [replace(card, picture=pictures.get(card.id, NO_PICTURE)) for card in cards]


def _card(
    look: Preset | ReadyLook,
    plan: EditPlan,
    problems: dict[str, str],
    grounds: dict[str, str],
    *,
    is_default: bool = False,
) -> LookCard:
    ready = look if isinstance(look, ReadyLook) else None
    return LookCard(
        id=look.public_id,
        name=look.name,
        is_own=ready is None,
        is_default=is_default,
        group=ready.group if ready else "own",
        about=ready.reasons[0].text if ready and ready.group != "marketplace" else _about(plan),
        reasons=ready.reasons if ready else (),
        problem=problems.get(look.public_id, ""),
        scene=_scene(plan, grounds),
    )


def _about(plan: EditPlan) -> str:
    """``White, 2000 by 2000, soft shadow``: what a seller would say of it."""
    parts = [_ground_words(plan.background)]
    if plan.layout.size not in _PLAIN_SIZES:
        width, height = parse_size(plan.layout.size)
        parts.append(_("%(width)s by %(height)s") % {"width": width, "height": height})
    if plan.shadow is not None:
        parts.append(str(SHADOWS[plan.shadow.mode]))
    return ", ".join(parts)


def _ground_words(behind: Background) -> str:
    if behind.generated is not None:
        return f"\u201c{behind.generated.prompt[:_PROMPT_SHOWN]}\u201d"
    if behind.image is not None:
        return _("A picture of yours")
    if behind.gradient is not None:
        return _("Gradient")
    if behind.keeps_original:
        return _("Its own background, blurred")
    if behind.color == "#ffffff":
        return _("White")
    return behind.color or _("Transparent")


def _scene(plan: EditPlan, grounds: dict[str, str]) -> Scene:
    behind = plan.background
    width, height = (1, 1) if plan.layout.size in _PLAIN_SIZES else parse_size(plan.layout.size)
    padding = plan.layout.padding.top
    share = padding if isinstance(padding, float) else 0.05
    gradient = behind.gradient
    colors = gradient.colors if gradient else ()
    return Scene(
        height=round(_WIDTH * height / width),
        color=behind.color or "",
        stops=tuple(
            Stop(color, f"{index / (len(colors) - 1):.2f}") for index, color in enumerate(colors)
        ),
        is_radial=gradient is not None and gradient.kind == "radial",
        ground_url=_ground_url(behind, grounds),
        is_blurred=behind.keeps_original,
        margin=round(_WIDTH * share),
        has_shadow=plan.shadow is not None,
        has_outline=plan.outline is not None,
    )


def _ground_url(behind: Background, grounds: dict[str, str]) -> str:
    if behind.image is not None:
        return grounds.get(behind.image.image_id, "")
    if behind.generated is None:
        return ""
    found = _drawn().get(behind.generated)
    return static(found) if found else ""


@functools.cache
def _drawn() -> dict[Generated | None, str]:
    """The small copies of scenes that are built in."""
    return {one.plan.generated: one.thumbnail for one in builtins().values()}


def _grounds(account: Account, plans: Iterable[EditPlan]) -> dict[str, str]:
    """The small copies of pictures that lie behind, by their ids, with one query."""
    ids = {plan.background.image.image_id for plan in plans if plan.background.image}
    rows = Image.live.filter(account=account, pk__in=ids).exclude(thumbnail_key="") if ids else []
    return {str(row.pk): content_url(row, "thumbnail") for row in rows}
