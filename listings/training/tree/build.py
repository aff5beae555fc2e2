"""Build the tree of categories: `python -m listings.training.tree.build FOLDER` with the sources in FOLDER.

What it reads and why the tree is as it is stands in README.md beside this file.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from listings.training.tree import names, sources
from listings.training.tree.names import Name
from listings.training.tree.sources import Node
from listings.vocabulary import plain

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "vocabulary"
COLUMNS = (
    *("key", "name", "plural", "shape", "group", "parent", "google", "shopify", "label"),
    *("imagenet", "synonyms"),
)
LANGUAGES = ("de", "es", "fr", "it")
# ImageNet's classes of things; those before are animals, those after are food and places.
_THINGS = range(398, 924)
# Of clothes the clothing head knows more than ImageNet's classes do.
_HEADS = ("clothing", "shoes", "accessories")


@dataclass(frozen=True, slots=True)
class Kind:
    """One line of the tree."""

    key: str
    name: Name
    group: str
    node: Node
    parent: str = ""
    label: str = ""
    imagenet: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    part: bool = False
    titles: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Folder:
    """The sources, read once."""

    nodes: Mapping[str, Node]
    google_of: Mapping[str, str]
    google: Mapping[str, str]
    imagenet: Mapping[int, list[str]]

    @classmethod
    def read(cls, folder: Path) -> Folder:
        return cls(
            nodes=sources.shopify(folder),
            google_of=sources.google_of(folder),
            google=sources.google(folder),
            imagenet=sources.imagenet(folder),
        )

    def google_name(self, node: Node) -> str:
        """The full name in Google's taxonomy of a node, or of the nearest above it that has one."""
        places = [node, *(self.nodes[one] for one in node.above())]
        named = (self.google_of.get(place.full_name, "") for place in places)
        return next((name for name in named if name in self.google), "")


def own(told: Mapping[str, Any], nodes: Mapping[str, Node]) -> dict[str, Kind]:
    """The kinds that are told by hand."""
    return {
        key: Kind(
            key=key,
            name=Name(one["name"], one["plural"], one.get("shape", "")),
            group=one["group"],
            node=nodes[one["shopify"]],
            parent=one.get("parent", ""),
            label=one.get("label", ""),
            imagenet=tuple(one.get("imagenet", ())),
            synonyms=tuple(one.get("synonyms", ())),
            part=one.get("part", False),
        )
        for key, one in told.items()
    }


def taken(rules: Mapping[str, Any], nodes: Mapping[str, Node]) -> Iterator[tuple[Node, str, str]]:
    """The nodes that are kinds, each with its group and the word that goes before its name."""
    whole, one = re.compile(rules["leave_whole"]), re.compile(rules["leave_one"])
    left = set(rules["leave"])
    for node in nodes.values():
        lineage = [node.id, *node.above()]
        if left & set(lineage) or any(whole.search(part) for part in node.path[1:]):
            continue
        if len(node.path) == 1 or one.search(node.path[-1]):
            continue
        for take in rules["take"]:
            if take["id"] in lineage:
                if lineage.index(take["id"]) <= take["depth"]:
                    yield node, take["group"], take.get("prefix", "")
                break


def derived(
    rules: Mapping[str, Any], nodes: Mapping[str, Node], mine: Mapping[str, Kind]
) -> Iterator[Kind]:
    """The kinds of the nodes that are taken, but for those that are told by hand; a name is one kind alone,
    that of the node nearest the root."""
    style = names.Rules.of(rules)
    claimed = {kind.node.id for kind in mine.values() if not kind.part}
    called = {plain(said) for kind in mine.values() for said in _names(kind)} | set(
        map(plain, mine)
    )
    for node, group, prefix in sorted(taken(rules, nodes), key=lambda one: len(one[0].path)):
        if node.id in claimed:
            continue
        if told := rules["names"].get(node.id):
            found = [(told[0], Name(told[1], told[2], told[3] if told[3:] else ""))]
        else:
            titles = [f"{prefix} {title}".strip() for title in names.split(node.path[-1])]
            named = [names.named(title, style) for title in titles]
            found = [
                (names.key_of(name.name), name)
                for name in named
                if name.name not in rules["leave_names"]
            ]
        for key, name in found:
            if {plain(name.name), plain(name.plural), plain(key)} & called:
                continue
            called |= {plain(name.name), plain(name.plural), plain(key)}
            yield Kind(key, name, group, node, part=len(found) > 1)


def _names(kind: Kind) -> list[str]:
    return [kind.name.name, kind.name.plural, *kind.synonyms]


def with_parents(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Each kind below the nearest one above its node that is of its group."""
    at = {kind.node.id: kind for kind in kinds.values() if not kind.part}

    def parent(kind: Kind) -> str:
        places = [kind.node.id] if kind.part else []
        for place in [*places, *kind.node.above()]:
            if (found := at.get(place)) and found.group == kind.group and found.key != kind.key:
                return found.key
        return ""

    return {key: replace(one, parent=one.parent or parent(one)) for key, one in kinds.items()}


def with_pictures(kinds: Mapping[str, Kind], classes: Mapping[int, list[str]]) -> dict[str, Kind]:
    """Each kind that is called like one of ImageNet's classes is shown by it. Where a broader kind is
    shown by the same class, this one refines it, so it stands below it."""
    by_name = {
        plain(said): f"{number} {said_by[0]}"
        for number, said_by in classes.items()
        for said in said_by
    }
    owner = {shown.split()[0]: kind.key for kind in kinds.values() for shown in kind.imagenet}
    changed = dict(kinds)
    for key, kind in kinds.items():
        if kind.imagenet or kind.group in _HEADS:
            continue
        shown = next((by_name[plain(one)] for one in _names(kind) if plain(one) in by_name), None)
        if shown is None:
            continue
        broad = owner.get(shown.split()[0])
        if broad and (kinds[broad].group != kind.group or kinds[broad].imagenet == (shown,)):
            continue
        if not broad:
            owner[shown.split()[0]] = key
        changed[key] = replace(kind, imagenet=(shown,), parent=broad or kind.parent)
    return changed


def with_own_synonyms(kinds: Mapping[str, Kind]) -> dict[str, Kind]:
    """Without the synonyms that are another kind's name."""
    called = {plain(said): kind.key for kind in kinds.values() for said in _names(kind)[:2]}
    return {
        key: replace(
            kind,
            synonyms=tuple(one for one in kind.synonyms if called.get(plain(one), key) == key),
        )
        for key, kind in kinds.items()
    }


def checked(kinds: Mapping[str, Kind], groups: Mapping[str, Any]) -> None:
    """Raises ValueError for a line that nobody could use."""
    for key, kind in kinds.items():
        seen = [key]
        while parent := kinds[seen[-1]].parent:
            if parent not in kinds or parent in seen:
                raise ValueError(f"{key}: {parent} is no kind above it.")
            seen.append(parent)
        if kind.group not in groups:
            raise ValueError(f"{key}: {kind.group} is no group.")
        if len(key) > 60 or any("\t" in said or "|" in said for said in _names(kind)):
            raise ValueError(f"{key}: too long, or not fit for a column.")


def lines(kinds: Mapping[str, Kind], folder: Folder) -> Iterator[str]:
    """The tree as tab-separated lines, by group and key."""
    yield "\t".join(COLUMNS)
    for kind in sorted(kinds.values(), key=lambda one: (one.group, one.key)):
        google = folder.google.get(folder.google_name(kind.node), "")
        yield "\t".join(
            (
                *(kind.key, kind.name.name, kind.name.plural, kind.name.shape, kind.group),
                *(kind.parent, google, kind.node.id, kind.label),
                *("|".join(kind.imagenet), "|".join(kind.synonyms)),
            )
        )


def taxonomies(kinds: Mapping[str, Kind], folder: Folder) -> Iterator[str]:
    """The full name of each marketplace category that the tree names, by marketplace and id."""
    yield "\t".join(("taxonomy", "id", "name"))
    ours = {kind.node.full_name: kind.node.id for kind in kinds.values()}
    theirs = {folder.google_name(kind.node) for kind in kinds.values()} & set(folder.google)
    for name in sorted(theirs):
        yield "\t".join(("google", folder.google[name], name))
    for name, node in sorted(ours.items()):
        yield "\t".join(("shopify", node, name))


def in_language(kinds: Mapping[str, Kind], folder: Path, language: str) -> Iterator[str]:
    """What each kind is called in another language: as own.LANGUAGE.toml says, else as Shopify does."""
    told = tomllib.loads((HERE / f"own.{language}.toml").read_text(encoding="utf-8"))
    theirs = sources.in_language(folder, language)
    yield "\t".join(("key", "name"))
    for key, kind in sorted(kinds.items()):
        shared = [part.strip() for part in re.split(r" (?:&|und) ", theirs[kind.node.id])]
        place = [plain(one) for one in names.split(kind.node.path[-1])]
        at = place.index(plain(kind.name.plural)) if plain(kind.name.plural) in place else 0
        fits = kind.part and len(shared) == len(place)
        yield f"{key}\t{told.get(key) or (shared[at] if fits else theirs[kind.node.id])}"


def build(folder: Path) -> dict[str, Kind]:
    read = Folder.read(folder)
    rules = tomllib.loads((HERE / "rules.toml").read_text(encoding="utf-8"))
    mine = own(tomllib.loads((HERE / "own.toml").read_text(encoding="utf-8")), read.nodes)
    shown = {
        number: said
        for number, said in read.imagenet.items()
        if number in _THINGS and number not in rules["not_shown"]
    }
    kinds = mine | {one.key: one for one in derived(rules, read.nodes, mine)}
    return with_own_synonyms(with_pictures(with_parents(kinds), shown))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path, help="where the sources are")
    asked.add_argument("--write", action="store_true", help="write the files")
    told = asked.parse_args()
    kinds, folder = build(told.folder), Folder.read(told.folder)
    checked(kinds, tomllib.loads((OUT / "groups.toml").read_text(encoding="utf-8"))["groups"])
    made = {
        "categories.tsv": lines(kinds, folder),
        "taxonomies.tsv": taxonomies(kinds, folder),
        **{f"names.{one}.tsv": in_language(kinds, told.folder, one) for one in LANGUAGES},
    }
    for name, rows in made.items():
        text = "\n".join(rows) + "\n"
        if told.write:
            (OUT / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name}: {len(text.splitlines()) - 1} lines, {len(text) >> 10} KB\n")
    for group, count in sorted(Counter(kind.group for kind in kinds.values()).items()):
        sys.stdout.write(f"{group}: {count}\n")


if __name__ == "__main__":
    main()
