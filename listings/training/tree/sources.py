"""Reading the public taxonomies that the tree is made from."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# The files of a folder of sources, as their publishers name them; README.md says where they come from.
SHOPIFY = "categories.txt"
SHOPIFY_TO_GOOGLE = "shopify_to_google.txt"
GOOGLE = "taxonomy-with-ids.en-US.txt"
IMAGENET = "imagenet1000_clsidx_to_labels.txt"
_NODE = re.compile(r"gid://shopify/TaxonomyCategory/(\S+)\s+: (.+)")
_IN_LANGUAGE = re.compile(r"    ([a-z]{2}(?:-\d+)*):\n      name: (.+)\n")


@dataclass(frozen=True, slots=True)
class Node:
    """One category of a taxonomy: its id there, and its name with all above it."""

    id: str
    path: tuple[str, ...]

    @property
    def full_name(self) -> str:
        return " > ".join(self.path)

    def above(self) -> Iterator[str]:
        """The ids of the nodes above it, the nearest first."""
        parts = self.id.split("-")
        for length in range(len(parts) - 1, 0, -1):
            yield "-".join(parts[:length])


def shopify(folder: Path) -> dict[str, Node]:
    """Shopify's nodes by their ids, in their order."""
    found = _NODE.findall((folder / SHOPIFY).read_text(encoding="utf-8"))
    return {one: Node(one, tuple(name.split(" > "))) for one, name in found}


def google(folder: Path) -> dict[str, str]:
    """The number of each of Google's categories, by its full name."""
    lines = (folder / GOOGLE).read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" - ", 1) for line in lines if line and not line.startswith("#"))
    return {name: number for number, name in pairs}


def google_of(folder: Path) -> dict[str, str]:
    """What Shopify says its full names are in Google's taxonomy, by full name."""
    found: dict[str, str] = {}
    source = ""
    for line in (folder / SHOPIFY_TO_GOOGLE).read_text(encoding="utf-8").splitlines():
        if line.startswith("→ "):
            source = line[2:]
        elif line.startswith("⇒ "):
            found[source] = line[2:]
    return found


def imagenet(folder: Path) -> dict[int, list[str]]:
    """The names of each of ImageNet's classes."""
    text = (folder / IMAGENET).read_text(encoding="utf-8")
    told = ast.literal_eval(text[text.index("{") :].strip())
    return {
        int(number): [one.strip() for one in names.split(",")] for number, names in told.items()
    }


def in_language(folder: Path, language: str) -> Mapping[str, str]:
    """Shopify's names in another language, by the ids of its nodes."""
    text = (folder / f"{language}.yml").read_text(encoding="utf-8")
    return {one: name.strip("\"'") for one, name in _IN_LANGUAGE.findall(text)}
