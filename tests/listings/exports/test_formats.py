"""A format is one module: where it lies in the folder, everything else follows."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import path
from drf_spectacular.generators import SchemaGenerator

from listings.api.exports import ExportListings
from listings.exports import all_formats, formats
from listings.services import listings
from tests.listings.conftest import refusal_of
from tests.listings.exports.conftest import send, table

LABELS = '''
    """Labels for a printer."""

    from collections.abc import Iterator
    from dataclasses import dataclass

    from listings.exports.format import TSV, Contents, Format, table
    from listings.exports.options import Choice, WholeNumber, option
    from listings.models import Platform
    from listings.offers import Offer


    @dataclass(frozen=True, slots=True)
    class Options:
        """What the printer wants to know."""

        paper: str = option("A4", Choice(("A4", "A5")))
        copies_each: int = option(1, WholeNumber(1, 3))


    def rows(offer: Offer, contents: Contents) -> Iterator[list[str]]:
        for _ in range(contents.options.copies_each):
            yield [contents.options.paper, offer.title, contents.link(offer)]


    FORMAT = Format(
        name="labels",
        position=35,
        about="for a printer",
        extension="tab",
        media_type=TSV,
        platform=Platform.DEPOP,
        requires=("title", "link"),
        options=Options,
        pieces=table(["paper", "text", "code"], rows, "excel-tab"),
    )
'''


@pytest.fixture
def add_module(tmp_path, monkeypatch):
    """Put a module of some source into the folder of formats, for one test."""
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    added = []

    def add(name, source):
        (tmp_path / f"{name}.py").write_text(dedent(source))
        added.append(name)
        all_formats.cache_clear()

    yield add
    all_formats.cache_clear()
    for name in added:
        sys.modules.pop(f"{formats.__name__}.{name}", None)


@pytest.fixture
def labels(add_module):
    add_module("labels", LABELS)


@pytest.mark.usefixtures("labels")
class TestAddedFormat:
    def test_it_is_sent_as_it_declares(self, owner, listing):
        listings.set_variant(owner.caller, listing, "depop", {"title": "501s"})
        options = {"paper": "A5", "copiesEach": 2}
        answer = send(owner, "labels", link="https://shop.example/{id}", labels=options)
        assert answer.headers["Content-Type"] == "text/tab-separated-values; charset=utf-8"
        assert re.fullmatch(
            r'attachment; filename="packshot-labels-\d{4}-\d\d-\d\d\.tab"',
            answer.headers["Content-Disposition"],
        )
        _, rows = table(answer)
        label = {
            "paper": "A5",
            "text": "501s",
            "code": f"https://shop.example/{listing.public_id}",
        }
        assert rows == [label, label]

    def test_its_options_have_defaults_and_bounds(self, owner, listing):
        link = "https://shop.example/{id}"
        _, [row] = table(send(owner, "labels", link=link))
        assert row["paper"] == "A4"
        bad = send(owner, "labels", link=link, labels={"copiesEach": 4})
        error = refusal_of(bad, 400, "VALIDATION_ERROR")
        assert list(error["fields"]) == ["labels.copiesEach"]

    def test_what_it_requires_is_asked_for(self, owner, make_listing):
        bare = make_listing(state="draft", title="", price=None)
        answer = send(owner, "labels", listingIds=[bare.public_id])
        error = refusal_of(answer, 400, "VALIDATION_ERROR")
        assert error["error"] == (
            f"{bare.public_id} needs a title and a URL (the variant's url, or `link`)."
        )

    def test_what_goes_with_it_goes_with_no_other(self, owner, listing):
        every = all_formats().values()
        plain = [one.name for one in every if one.platform is None]
        linked = [one.name for one in every if "link" in one.requires]
        assert "labels" in linked
        error = refusal_of(send(owner, plain[0], labels={}), 400, "VALIDATION_ERROR")
        assert error["fields"] == {"labels": ["Goes with labels."]}
        error = refusal_of(send(owner, "labels", platform="depop"), 400, "VALIDATION_ERROR")
        assert error["fields"] == {"platform": [f"Goes with {' and '.join(plain)}."]}
        link = "https://shop.example/{id}"
        error = refusal_of(send(owner, plain[0], link=link), 400, "VALIDATION_ERROR")
        assert error["fields"] == {"link": [f"Goes with {' and '.join(linked)}."]}

    def test_it_is_documented_at_its_position(self):
        route = path("api/v1/listings/export", ExportListings.as_view())
        schema = SchemaGenerator(patterns=[route]).get_schema(public=True)
        schemas = schema["components"]["schemas"]
        assert "labels" in schemas["ExportBodyRequest"]["properties"]
        [enum] = [one["enum"] for one in schemas.values() if "labels" in one.get("enum", [])]
        assert enum == list(all_formats())
        before = [one.name for one in all_formats().values() if one.position < 35]
        assert enum[: len(before) + 1] == [*before, "labels"]
        options = schemas["LabelsOptionsRequest"]
        assert options["description"] == "What the printer wants to know."
        assert options["properties"]["copiesEach"] == {
            "type": "integer",
            "minimum": 1,
            "maximum": 3,
        }


def test_without_its_module_a_format_is_gone(owner, listing):
    refusal_of(send(owner, "labels"), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "listings.exports.formats.zebra declares no FORMAT."),
        ("FORMAT = 'zebra'", "listings.exports.formats.zebra declares no FORMAT."),
        (
            LABELS.replace("position=35", "position=36"),
            "listings.exports.formats.zebra has the name 'labels' of "
            "listings.exports.formats.labels.",
        ),
        (
            LABELS.replace('name="labels"', 'name="zebra"'),
            "listings.exports.formats.zebra has the position of listings.exports.formats.labels.",
        ),
    ],
)
@pytest.mark.usefixtures("labels")
def test_a_module_that_declares_no_format_of_its_own_is_an_error(add_module, source, message):
    add_module("zebra", source)
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(message)}$"):
        all_formats()


def test_the_documents_table_has_every_format_and_no_other():
    text = (Path(settings.BASE_DIR) / "docs/listings.md").read_text()
    rows = text.split("## Files")[1].split("\n\n")[1].splitlines()[2:]
    named = [name for row in rows for name in re.findall(r"`([\w-]+)`", row.split("|")[1])]
    assert named == list(all_formats())
