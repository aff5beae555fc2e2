"""A look for each marketplace, and a pack of all sizes that it speaks of, made of its rules as they hold today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from listings import marketplaces
from listings.marketplaces import Rule
from listings.models import Platform
from processing.engine.plans.edit import Background, EditPlan, Export, Layout, Shadow, Sides
from processing.services.appearance.ready_looks import ReadyLook, Reason
from processing.services.appearance.ready_packs import ReadyPack

Rules = Mapping[str, Rule]
# The product then fills nine tenths of the frame: a little more than anybody asks for.
PADDING: Final = 0.05
_PADDING_WITH_SHADOW: Final = 0.09
QUALITY: Final = 90
_OURS: Final = "ours"
# The rules that a size is made for, the more of it the earlier.
_SIZED: Final = (
    "picture_longest_advised",
    "picture_shortest_advised",
    "picture_longest_min",
    "picture_shortest_min",
)


def ready_looks() -> list[ReadyLook]:
    """One for each marketplace, under the rules of today."""
    return [for_platform(platform, timezone.localdate()) for platform in Platform]


def sizes() -> list[ReadyLook]:
    """The looks that only packs list: the same in the other sizes that a marketplace speaks of."""
    return [look for pack in ready_packs() for look in pack.looks[1:]]


def ready_packs() -> list[ReadyPack]:
    """One for each marketplace, under the rules of today."""
    return [pack_for(platform, timezone.localdate()) for platform in Platform]


def for_platform(platform: Platform, day: date) -> ReadyLook:
    """The look that keeps a platform's rules of that day."""
    rules = marketplaces.rules(platform, day)
    side = marketplaces.square_side(rules)
    reasons = (*_rules_as_reasons(rules, side, day), *_choices(rules, side))
    return ReadyLook(
        platform.value, platform.label, "marketplace", _plan(rules, side), tuple(reasons)
    )


def pack_for(platform: Platform, day: date) -> ReadyPack:
    """The platform's look of that day, and the same as large as is advised and as small as is taken."""
    main = for_platform(platform, day)
    rules = marketplaces.rules(platform, day)
    found = dict[int, ReadyLook]()
    for rule in _sizing(platform, day):
        side = int(rule.value)
        if side < marketplaces.square_side(rules) and side not in found:
            found[side] = _of_size(platform, rules, rule, day)
    return ReadyPack(platform.value, platform.label, (main, *found.values()))


def _sizing(platform: Platform, day: date) -> Iterator[Rule]:
    """The rules that name a size, those in force or announced, whichever asks for more."""
    rules, announced = marketplaces.rules(platform, day), marketplaces.rules(platform, date.max)
    for name in _SIZED:
        both = [table[name] for table in (rules, announced) if name in table]
        if both:
            yield max(both, key=lambda rule: int(rule.value))


def _of_size(platform: Platform, rules: Rules, rule: Rule, day: date) -> ReadyLook:
    side = int(rule.value)
    name = _("%(market)s, %(side)s px") % {"market": platform.label, "side": side}
    others = {key: one for key, one in rules.items() if key != rule.name}
    reasons = (
        *_rules_as_reasons({rule.name: rule}, side, day),
        *_rules_as_reasons(others, side, day),
        *_shape(rules),
    )
    key = f"{platform.value}-{side}"
    return ReadyLook(key, name, "marketplace", _plan(rules, side), reasons)


def _plan(rules: Rules, side: int) -> EditPlan:
    white = "cover_white" in rules
    # Where white is asked for, all around: not snapped to where the photo's frame cut the product.
    return EditPlan(
        layout=Layout(
            size=f"{side}x{side}",
            padding=Sides.all(PADDING if white else _PADDING_WITH_SHADOW),
            snap=not white,
        ),
        background=Background(color="#ffffff"),
        shadow=None if white else Shadow(mode="soft"),
        export=Export(format="jpg", quality=QUALITY),
    )


def _rules_as_reasons(rules: Rules, side: int, day: date) -> Iterator[Reason]:
    """What is asked for, and kept by a square of that side."""
    for name, words in _asked(rules).items():
        rule = rules[name]
        if name in _SIZED and rule.value > side:
            continue
        told = words
        if rule.since is not None and rule.since > day:
            since = date_format(rule.since)
            told = _("%(rule)s, from %(day)s on") % {"rule": words, "day": since}
        yield Reason(told, rule.source.certainty, rule.source.name, rule.source.url)


def _choices(rules: Rules, side: int) -> Iterator[Reason]:
    """What is our choice because nobody asks for it."""
    yield Reason(
        _("%(side)s by %(side)s pixels, so that buyers can look closer") % {"side": side}, _OURS
    )
    yield from _shape(rules)


def _shape(rules: Rules) -> Iterator[Reason]:
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
