"""How true the facts read off photos are: `python -m benchmarks facts FOLDER`.

FOLDER holds, at any depth, the photos that labels.csv names: of the clothing-dataset by Alexey Grigorev and
contributors (CC0 1.0), which Packshot doesn't bring. `main` are the names of colors that would be right as the
first, `also` those that occur besides; `pattern` has P, M and R where "plain", "multicoloured" and "patterned" are
right; a brand is one that can be read on the photo, and none shows a label with a size or a material. Rules were
chosen on the half whose names are words, and the other half, whose names are identifiers, was only measured.
"""

import argparse
import csv
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.engine.photos import models_dir

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from listings.recognition.network import Network
from listings.recognition.recognise import Tools, recognise
from listings.recognition.result import Evidence
from processing.engine.networks.registry import Registry
from processing.engine.text.detect import TextFinder

LABELS = Path(__file__).with_name("labels.csv")
_PATTERNS = {"plain": "P", "multicoloured": "M", "patterned": "R"}


def main(given: Sequence[str] | None = None) -> None:
    arguments = _arguments(given)
    models = Registry(arguments.models_dir, threads=arguments.threads)
    texts = None if arguments.blind else TextFinder(arguments.threads)
    tools = Tools(models, Network(threads=arguments.threads), texts, 100_000_000)
    with LABELS.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    photos = {path.name: path for path in arguments.folder.rglob("*.jpg")}
    found = [row for row in rows if row["photo"] in photos][:: arguments.every]
    if not found:
        raise SystemExit(f"No photo of {LABELS.name} is in {arguments.folder}.")
    counted: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for row in found:
        seen = recognise([photos[row["photo"]].read_bytes()], tools)
        half = "chosen on" if row["photo"].count("-") == 1 else "held out"
        for how, told in (("fact", seen.evidence), ("suggested", seen.suggested)):
            for name, right, value in _judged(told, row):
                counted[half, how, name].append(right)
                if not right and arguments.verbose:
                    print(f"{row['photo']}: {how} {name} {value} is wrong")
    _show(counted, len(found))


def _judged(told: Sequence[Evidence], row: dict[str, str]) -> Iterator[tuple[str, bool, str]]:
    """Each fact by its name: whether it is right, and what it says."""
    main = set(row["main"].split("|"))
    colors = main | set(row["also"].split("|"))
    for place, one in enumerate([one for one in told if one.field == "colour"]):
        right = one.value in (colors if place else main)
        yield ("color besides" if place else "first color"), right, one.value
    for one in told:
        if one.field == "pattern":
            yield one.value, _PATTERNS[one.value] in row["pattern"], one.value
        elif one.field in ("brand", "size", "material", "isbn", "ean", "upc"):
            yield one.field, one.value == row.get(one.field), one.value


def _show(counted: dict[tuple[str, str, str], list[bool]], photos: int) -> None:
    print(f"{photos} photos")
    for half, how, name in sorted(counted):
        right = counted[half, how, name]
        share = f"{sum(right) / len(right):.3f}"
        print(
            f"{half:<10} {how:<10} {name:<14} said {len(right):>3}, right {sum(right):>3}: {share}"
        )
    for name in ("brand", "size", "material"):
        if not any(key[1:] == ("fact", name) for key in counted):
            print(f"No {name} was said as a fact: its precision is not measured here.")


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the photos are, at any depth")
    parser.add_argument(
        "--blind", action="store_true", help="read no text: colors and patterns alone"
    )
    parser.add_argument("--every", type=int, default=1, help="only each so many-th photo")
    parser.add_argument("--verbose", action="store_true", help="name what is wrong")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--models-dir", type=Path, default=models_dir())
    return parser.parse_args(given)
