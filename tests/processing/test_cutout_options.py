"""Whoever reads the options of cutting out knows all of them: those that CutoutPlan defines.

A new option reaches commands and the API's bodies by itself. Forms, histories and dialects have words
of their own for options: each has a word for it, or names it among those that it leaves out. (The
dialects' tests are with them.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

import pytest
import yaml
from django.conf import settings

from accounts.models import Account
from config import public_ids
from processing.api.serializers.cutouts import OptionsBody, RemoveBackgroundOptions
from processing.commands import RemoveBackground
from processing.engine.networks.registry import ModelInfo
from processing.engine.plans.cutout import (
    CleanUp,
    CutoutPlan,
    EdgeName,
    OutputFormat,
    Words,
    camel,
    words_of,
)
from processing.pages.studio.form import EDGES, FORMATS, StudioForm
from processing.pages.studio.form import LEFT_OUT as LEFT_OUT_OF_FORM
from processing.worker.making import cutouts
from tests.processing.options import changed, names, other

DOCS = Path(settings.BASE_DIR) / "docs"


@dataclass(frozen=True, slots=True)
class Dusted(CutoutPlan):
    """The definition with one line more."""

    dust: Annotated[bool, Words("Brush the dust off.")] = False


class RemoveDust(RemoveBackground):
    operation: Literal["dust"] = "dust"  # type: ignore[assignment]
    plan: Dusted = Dusted()


class DustedOptions(RemoveBackgroundOptions):
    definition = Dusted


def body_of(plan: CutoutPlan) -> dict[str, Any]:
    row = RemoveBackground(plan=plan).stored()
    body = {name: row[name] for name in row if name not in ("operation", "watermark")}
    if body["mask"] is not None:
        body["mask"] = public_ids.encode("img", UUID(body["mask"]))
    return body


def errors(body: type[OptionsBody], **given: Any) -> dict[str, list[str]]:
    read = body(data=given)
    assert not read.is_valid()
    return {name: [str(error) for error in found] for name, found in read.errors.items()}


def otherwise(**options: Any) -> CutoutPlan:
    """A plan with all its options changed, but the background that a mask can't have, and of what chooses
    the product only the box."""
    chosen = {name: other(name) for name in names() - {"bg_color", "point", "mask"}}
    return CutoutPlan(**chosen | options)


@pytest.mark.parametrize(
    "plan",
    [
        CutoutPlan(),
        otherwise(),
        otherwise(output="cutout", bg_color="red"),
        otherwise(box=None, point=other("point")),
        otherwise(box=None, mask=other("mask")),
    ],
)
def test_the_body_says_all_that_a_plan_can(plan: CutoutPlan) -> None:
    body = RemoveBackgroundOptions(data=body_of(plan))
    assert body.is_valid(), body.errors
    assert body.validated_data == {"plan": plan}


def test_an_empty_body_is_the_default() -> None:
    body = RemoveBackgroundOptions(data={})
    assert body.is_valid()
    assert body.validated_data == {"plan": CutoutPlan()}


@pytest.mark.parametrize(
    ("body", "definition", "more"),
    [
        ("RemoveBackgroundBodyRequest", CutoutPlan, {"imageId", "display"}),
        ("CleanUpBodyRequest", CleanUp, set()),
    ],
)
def test_the_document_describes_every_option(body: str, definition: type, more: set[str]) -> None:
    document = yaml.safe_load((DOCS / "openapi.yaml").read_text())
    described = document["components"]["schemas"][body]["properties"]
    parts = {camel(part.name): part for part in fields(definition)}
    assert set(described) == {*parts, *more}
    for name, part in parts.items():
        words = words_of(definition, part.name)
        told = described[name].get("description", "")
        assert told.startswith(words.help if words else "")
        _, told, default = told.partition(" Default: `")
        if told:
            default = default.removesuffix("`.")
            assert default in (part.default, json.dumps(part.default))


def test_the_guide_names_every_option() -> None:
    text = (DOCS / "api.md").read_text()
    listed = re.search(r"^Options: (.*?)\. ", text, re.DOTALL | re.MULTILINE)
    assert listed is not None
    words = set(re.findall(r"`(\w+)`", listed[1]))
    assert {camel(name) for name in names()} <= words


@dataclass(frozen=True)
class Reader:
    """Who has words of its own for options: which it reads, and which it leaves out."""

    read: Callable[[], set[str]]
    left_out: frozenset[str]

    def forgets(self, definition: type[CutoutPlan]) -> set[str]:
        read = self.read()
        assert not read & self.left_out
        return names(definition) - read - self.left_out


def read_by_form() -> set[str]:
    """The options that the studio's choices of a plain cutout reach."""
    mask = public_ids.encode("img", UUID(other("mask")))
    chosen = {name: other(name) for name in ("model", "format", "keep_existing_alpha")}
    canvas = {"size": "croppedSubject", "background": "color", "color": other("bg_color")}
    more = {**chosen, **canvas, "edge": "fine", "remove_hanger": "on"}
    place = {"left": "10", "top": "20", "right": "30", "bottom": "40"}
    read = set()
    for one in ({"mask": mask}, {"pick": "point", **place}, {"pick": "box", **place}):
        form = StudioForm({**more, **one}, account=Account())
        assert form.is_valid(), form.errors
        command = form.command()
        assert isinstance(command, RemoveBackground)
        read |= changed(command.plan)
    return read


def read_by_history() -> set[str]:
    """The options that change what a job's line says."""

    def line(**options: Any) -> str:
        return cutouts.describe(RemoveBackground(plan=CutoutPlan(**options)))

    given = {name: other(name) for name in names()} | {"format": "jpg"}
    return {name for name in names() if line(**{name: given[name]}) != line()}


READERS = {
    "form": Reader(read_by_form, LEFT_OUT_OF_FORM),
    "history": Reader(read_by_history, cutouts.LEFT_OUT),
}


@pytest.fixture
def two_models(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        ModelInfo(name, "matting", True, "Apache-2.0", name, (alias,))
        for name, alias in (("u2netp", "fast"), ("isnet-general-use", "high"))
    ]
    monkeypatch.setattr("processing.forms.installed_models", lambda: found)


@pytest.mark.parametrize("reader", READERS)
def test_every_option_is_read_or_left_out_on_purpose(two_models: None, reader: str) -> None:
    assert READERS[reader].forgets(CutoutPlan) == set()
    assert READERS[reader].forgets(Dusted) == {"dust"}


@pytest.mark.parametrize(("offered", "choices"), [(EDGES, EdgeName), (FORMATS, OutputFormat)])
def test_the_form_has_a_word_for_every_choice(offered: list[tuple[str, str]], choices: Any) -> None:
    assert {value for value, _words in offered} >= set(get_args(choices))


class TestOneLineMore:
    def test_the_command_keeps_it_and_loads_it(self) -> None:
        command = RemoveDust(plan=Dusted(dust=True, crop=True))
        assert command.stored() == {
            **RemoveBackground(plan=CutoutPlan(crop=True)).stored(),
            **{"operation": "dust", "dust": True},
        }
        assert RemoveDust.load(command.stored()) == command

    def test_the_body_takes_it_and_describes_it(self) -> None:
        body = DustedOptions(data={"dust": True})
        assert body.is_valid()
        assert body.validated_data == {"plan": Dusted(dust=True)}
        assert body.fields["dust"].help_text == "Brush the dust off."
        assert errors(DustedOptions, dust="yes") == {"dust": ["Must be a valid boolean."]}

    def test_an_option_that_no_field_takes_is_a_mistake_of_ours(self) -> None:
        @dataclass(frozen=True)
        class Odd:
            weight: complex = 1j

        class OddBody(OptionsBody):
            definition = Odd

        with pytest.raises(TypeError, match=r"^No field takes Odd\.weight\.$"):
            OddBody().fields  # noqa: B018
