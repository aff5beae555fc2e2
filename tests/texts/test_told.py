"""What domain code says in English is told in the language of a page's reader."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from accounts import services
from accounts.http import Caller
from accounts.models import PlanLimit, User
from config.errors import AppError, invalid
from config.told import told
from listings.services.listings import create
from media_library.intake.ingest import ingest
from processing.models import Job
from tests.dashboard.conftest import fail, picture, upload_of
from tests.texts import told as sources
from tests.texts.marked import ROOT

GERMAN = {
    "The title is missing.": "Der Titel fehlt.",
    "The file is larger than 12.5 MB.": "Die Datei ist größer als 12,5 MB.",
    "An account can have at most 1,000 backgrounds of its own.": (
        "Ein Konto kann höchstens 1.000 eigene Hintergründe haben."
    ),
    "Photo 2 has 400 pixels on its longest side; at least 500 are required.": (
        "Foto 2 hat an der längsten Seite 400 Pixel; mindestens 500 sind nötig."
    ),
    "The cover's background is not white; pure white is required.": (
        "Der Hintergrund des Titelbilds ist nicht weiß; verlangt ist reines Weiß."
    ),
    # A sentence of sentences, and one within another.
    "The site's disk is full. Try again later.": (
        "Die Festplatte der Website ist voll. Versuch es später noch einmal."
    ),
    "The site's disk is full. Try again later. Nothing was charged.": (
        "Die Festplatte der Website ist voll. Versuch es später noch einmal. Berechnet wurde nichts."
    ),
    "A listing that is draft needs a title and a price.": (
        "Ein Inserat im Zustand „Entwurf“ braucht einen Titel und einen Preis."
    ),
    # Those of a table among others; "and" in one of them makes no list of them all.
    "You have no sold items like this one, but 3 are needed. An estimate by category, brand and "
    "condition; not market data. Import items you have sold to get prices based on them. "
    "Table of 2026-11-21.": (
        "Verkaufte Artikel wie diesen hast du so viele: keine; nötig sind 3. Eine Schätzung nach "
        "Kategorie, Marke und Zustand, keine Marktdaten. Importiere Artikel, die du verkauft hast, "
        "um Preise auf ihrer Grundlage zu bekommen. Tabelle vom 2026-11-21."
    ),
    # What somebody wrote stays as it is.
    "'sold' is not allowed in the title.": "„sold“ ist nicht erlaubt (Titel).",
    "Nobody says this.": "Nobody says this.",
}


# Programs read straight marks, and pages show those of print.
TYPESET = {
    "The cover's background is not white; pure white is required.": (
        "The cover’s background is not white; pure white is required."
    ),
    "The site's disk is full. Try again later.": "The site’s disk is full. Try again later.",
    "The site's disk is full. Try again later. Nothing was charged.": (
        "The site’s disk is full. Try again later. Nothing was charged."
    ),
    "'sold' is not allowed in the title.": "“sold” is not allowed in the title.",
}


@pytest.mark.parametrize("english", GERMAN)
def test_sentences_are_known_again(english: str) -> None:
    assert told(english) == TYPESET.get(english, english)
    with translation.override("de"):
        assert told(english) == GERMAN[english]


def test_a_refusal_is_told_to_people_and_stays_english_for_programs() -> None:
    error = invalid("title", "The title is missing.")
    with translation.override("de"):
        assert (error.message, error.page_message) == ("The title is missing.", "Der Titel fehlt.")
        assert error.fields == {"title": ["The title is missing."]}
        assert error.page_fields == {"title": ["Der Titel fehlt."]}
        assert AppError("X", "x", page_message="The title is missing.").page_message == (
            "Der Titel fehlt."
        )


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (
            'def f(a):\n    raise E(f"It has {a.size[0]} of {len(a.b)} parts.")',
            "It has {size} of {b} parts.",
        ),
        ('def f(n):\n    return f"At most {n / 1e6:g}, not {n}."', "At most {n}, not {n_}."),
        ('TEXT = "Not a colour."\n', "Not a colour."),
        (
            'def f():\n    """Do it all."""\n    log("it.happened")\n    return "Run `make models`."',
            None,
        ),
        ('class A:\n    text: str = field("A hint for the API.")', None),
    ],
)
def test_what_counts_as_a_sentence(tmp_path: Path, code: str, found: str | None) -> None:
    ast.parse(code)
    path = tmp_path / "one.py"
    path.write_text(code)
    assert list(sources.of_python(path)) == ([found] if found else [])


def test_every_source_is_there() -> None:
    assert [one for one in sources.SOURCES if not list(ROOT.glob(one))] == []


@pytest.fixture
def german(db: None) -> Client:
    user = services.register("ada@example.com", password="a long and quiet sentence", name="Ada")
    User.objects.update(language="de")
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_sellers_read_their_language_wherever_something_is_wrong(german: Client) -> None:
    form = {
        "files": [*upload_of("a.jpg"), SimpleUploadedFile("b.jpg", b"GIF89a no")],
        "cut_out": "on",
    }
    german.post("/library/upload/", form)
    page = text_of(german, "/library/")
    assert "b.jpg: Die GIF-Datei ist beschädigt oder unvollständig." in page
    job = Job.objects.get()
    fail(job, "The file is damaged or truncated.", code="BROKEN_IMAGE")
    assert job.source is not None
    page = text_of(german, f"/pictures/{job.source.public_id}/")
    assert "Die Datei ist beschädigt oder unvollständig." in page
    PlanLimit.objects.update(monthly=0)
    other = ingest(job.account, picture(size=(50, 50)), name="c.jpg")
    page = german.post("/library/arrived/", {"ids": [other.public_id], "cut_out": "on"})
    assert "Hochgeladen, aber nicht freigestellt. Monatslimit" in page.content.decode()


def test_checks_of_marketplaces_speak_it_too(german: Client) -> None:
    user = User.objects.get()
    listing = create(Caller(services.account_of(user), user), {"title": ""})
    page = text_of(german, f"/listings/{listing.public_id}/?for=ebay")
    assert "Der Titel fehlt." in page
    assert "Das Inserat hat zu wenige Fotos: 0, mindestens nötig" in page
    path, body = f"/api/v1/listings/{listing.public_id}/check", {"platforms": ["ebay"]}
    told_to_programs = german.post(path, body, content_type="application/json").content.decode()
    assert "The title is missing." in told_to_programs
