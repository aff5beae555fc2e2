"""A look for each marketplace, made of its rules as they hold today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from listings import marketplaces
from listings.marketplaces import Rule
from listings.models import Platform
from processing.engine.plans.edit import Background, EditPlan, Export, Layout, Shadow, Sides
from processing.services.appearance.ready_looks import ReadyLook, Reason

Rules = Mapping[str, Rule]
# The product then fills nine tenths of the frame: a little more than anybody asks for.
PADDING: Final = 0.05
_PADDING_WITH_SHADOW: Final = 0.09
QUALITY: Final = 90
_OURS: Final = "ours"


def ready_looks() -> list[ReadyLook]:
    """One for each marketplace, under the rules of today."""
    return [for_platform(platform, timezone.localdate()) for platform in Platform]


def for_platform(platform: Platform, day: date) -> ReadyLook:
    """The look that keeps a platform's rules of that day."""
    rules = marketplaces.rules(platform, day)
    side = marketplaces.square_side(rules)
    white = "cover_white" in rules
    # Where white is asked for, all around: not snapped to where the photo's frame cut the product.
    plan = EditPlan(
        layout=Layout(
            size=f"{side}x{side}",
            padding=Sides.all(PADDING if white else _PADDING_WITH_SHADOW),
            snap=not white,
        ),
        background=Background(color="#ffffff"),
        shadow=None if white else Shadow(mode="soft"),
        export=Export(format="jpg", quality=QUALITY),
    )
    return ReadyLook(
        platform.value, platform.label, "marketplace", plan, tuple(_reasons(rules, side))
    )


def _reasons(rules: Rules, side: int) -> Iterator[Reason]:
    """What is asked for, and then what is our choice because nobody asks for it."""
    for name, words in _asked(rules).items():
        source = rules[name].source
        yield Reason(words, source.certainty, source.name, source.url)
    yield Reason(
        _("%(side)s by %(side)s pixels, so that buyers can look closer") % {"side": side}, _OURS
    )
    if "cover_square" not in rules:
        yield Reason(_("A square, which every grid of listings shows whole"), _OURS)
    if "cover_white" not in rules:
        yield Reason(_("White with a soft shadow, as nothing else is asked for"), _OURS)


def _asked(rules: Rules) -> dict[str, str]:
    """The rules that a picture keeps, in words, by their names."""
    words = {
        "cover_white": _("Pure white behind the product"),
        "cover_square": _("A square picture"),
        "cover_fill_min": _("The product fills at least %(value)s %% of the picture"),
        "picture_longest_min": _("At least %(value)s pixels on the longest side"),
        "picture_shortest_min": _("At least %(value)s pixels on the shortest side"),
        "picture_longest_advised": _("%(value)s pixels or more on the longest side are advised"),
        "picture_shortest_advised": _("%(value)s pixels or more on the shortest side are advised"),
        "picture_longest_max": _("At most %(value)s pixels on the longest side"),
        "picture_pixels_max": _("At most %(value)s megapixels"),
        "picture_bytes_max": _("Files of at most %(value)s MB"),
        "picture_formats": _("JPEG is taken"),
    }
    return {
        name: text % {"value": _shown(name, rules[name].value)} if "%(value)s" in text else text
        for name, text in words.items()
        if name in rules and _holds(rules[name])
    }


def _holds(rule: Rule) -> bool:
    """Whether a rule asks for what its words say."""
    return "jpeg" in rule.value if rule.name == "picture_formats" else bool(rule.value)


def _shown(name: str, value: float) -> str:
    if name == "cover_fill_min":
        return f"{value * 100:g}"
    if name in ("picture_pixels_max", "picture_bytes_max"):
        return f"{value / 1e6:g}"
    return str(value)
