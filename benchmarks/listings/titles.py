"""How long titles are, of items with plausible hints: `titles [--show] [--language de]`.

No photos are looked at: `items.toml` has what a seller would say of fifty items, and each platform's
titles are written of that. `--show` prints all of them, to be read.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from listings.writers.base import Language

_ITEMS = Path(__file__).with_name("items.toml")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print each title")
    parser.add_argument("--language", default="en", help="en, de, fr, es or it")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from listings.models import Platform

    items = tomllib.loads(_ITEMS.read_text(encoding="utf-8"))["items"]
    print(f"{len(items)} items, {options.language}\n")
    print("platform     shortest  median  longest  60 to 80")
    everywhere = []
    for platform in Platform.values:
        titles = [_title(item, platform, options.language) for item in items]
        lengths = sorted(len(one) for one in titles)
        everywhere += lengths
        print(f"{platform:<13}{_figures(lengths)}")
        if options.show:
            print(*(f"  {len(one):>3}  {one}" for one in titles), "", sep="\n")
    print(f"{'all':<13}{_figures(sorted(everywhere))}")


def _figures(lengths: list[int]) -> str:
    full = sum(60 <= one <= 80 for one in lengths) / len(lengths)
    return f"{lengths[0]:>8}{statistics.median(lengths):>8g}{lengths[-1]:>9}{full:>10.0%}"


def _title(item: dict[str, Any], platform: str, language: Language) -> str:
    from django.utils import timezone

    from listings.recognition.result import Recognition
    from listings.writers import facts
    from listings.writers.base import Brief, Hints, Limits
    from listings.writers.rules import RulesWriter

    seen = Recognition(
        category=None,
        category_confidence=0.0,
        candidates=(),
        colors=(),
        pattern=None,
        brand=None,
        size=None,
        materials=(),
        texts=(),
        evidence=(),
        quality=(),
        provider="none",
    )
    hints = Hints.model_validate({**item, "language": language})
    today = timezone.now().date()
    brief = Brief(
        facts.merge(seen, hints),
        platform,
        Limits.of(platform, today),
        language=language,
        today=today,
    )
    return RulesWriter().write(brief).title
