"""Pages speak their readers' language: nothing escapes translation, and catalogues hold what is marked."""

from __future__ import annotations

import gettext
import re
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from config.told import CONTEXT, told
from tests.texts import catalogue, escaped
from tests.texts.marked import ROOT, template_files, texts


def unmarked() -> dict[str, list[str]]:
    readers = (
        (template_files(), escaped.of_template),
        (escaped.page_modules(), escaped.of_python),
        (escaped.scripts(), escaped.of_script),
    )
    found = {
        str(path.relative_to(ROOT)): reader(path) for paths, reader in readers for path in paths
    }
    return {path: said for path, said in found.items() if said}


def test_no_text_escapes_translation() -> None:
    assert unmarked() == {}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello there</p>", ["Hello there"]),
        ('<p>{% translate "Hello" %} · {{ name }}</p>', []),
        ('{% blocktranslate trimmed %}Hello <b title="You">you</b>{% endblocktranslate %}', []),
        ('<img alt="A shoe" src="{% static "x.svg" %}">', ["A shoe"]),
        ('{% include "x.html" with text="Sign out" look="button small" %}', ["Sign out"]),
        ('{% include "x.html" with text=_("Sign out") %}{{ day|date:"J F Y" }}', []),
        ("<pre>curl -X POST</pre><p>API, {{ size }} MB</p>{# A note #}", []),
    ],
)
def test_what_counts_as_escaped(tmp_path: Path, template: str, found: list[str]) -> None:
    path = tmp_path / "page.html"
    path.write_text(template)
    assert escaped.of_template(path) == found


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    """`make texts ARGS=--missing` lists what lacks a translation; write it into the catalogue."""
    there = {catalogue.key_of(entry) for entry in catalogue.read(language).translated_entries()}
    assert set(texts()) - there == set()
    assert there - set(texts()) == set()  # what nothing marks any more: `make texts`


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """Users have no gettext: the compiled catalogue is committed beside the other (`make texts`)."""
    with catalogue.path_of(language, "mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in catalogue.read(language).translated_entries():
        if entry.msgid_plural:
            said = [compiled.ngettext(entry.msgid, entry.msgid_plural, n) for n in (1, 2)]
            assert said == [entry.msgstr_plural[0], entry.msgstr_plural[1]]
        elif entry.msgctxt:
            assert compiled.pgettext(entry.msgctxt, entry.msgid) == entry.msgstr
        else:
            assert compiled.gettext(entry.msgid) == entry.msgstr


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_translations_keep_placeholders(language: str) -> None:
    for entry in catalogue.read(language).translated_entries():
        wanted = _placeholders(entry.msgid_plural or entry.msgid)
        for said in [entry.msgstr] if entry.msgstr else entry.msgstr_plural.values():
            assert _placeholders(said) <= wanted, said
        assert entry.msgid_plural or _placeholders(entry.msgstr) == wanted, entry.msgid


def test_apostrophes_are_those_of_print() -> None:
    """Write ’ and “ ” in a page's texts. What programs read too is set by ``told`` where a page shows it."""
    marked = [(text.context, one) for text in texts() for one in (text.singular, text.plural)]
    shown = [told(one) if context == CONTEXT else one for context, one in marked]
    for entry in (one for language in catalogue.LANGUAGES for one in catalogue.read(language)):
        shown += [entry.msgstr, *entry.msgstr_plural.values()]
    assert [text for text in shown if "'" in text] == []


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}|%[sd]", text))


def test_marked_texts_are_found() -> None:
    assert texts()  # and none of the templates breaks the reader


def test_the_browser_chooses_the_language(client: Client, db: None) -> None:
    for asked, spoken in [
        ("de-AT,de;q=0.9", "de"),
        ("fr,en;q=0.5", "en"),
        ("xx", "en"),
        ("", "en"),
    ]:
        response = client.get("/accounts/login/", headers={"Accept-Language": asked})
        assert response["Content-Language"] == spoken
        assert f'<html lang="{spoken}"' in response.content.decode()
        assert "Accept-Language" in response["Vary"]


def test_visitors_may_choose_another(client: Client, db: None) -> None:
    client.post("/language/", {"language": "de", "next": "/"})
    assert client.get("/accounts/login/")["Content-Language"] == "de"
    client.post("/language/", {"language": "xx", "next": "https://elsewhere.example/"})
    assert client.get("/accounts/login/")["Content-Language"] == "de"


def test_the_persons_setting_counts_most(client: Client, db: None) -> None:
    user = User.objects.create_user("ada@example.com", "a long sentence", language="de")
    client.force_login(user)
    page = client.get("/library/", headers={"Accept-Language": "en"})
    assert page["Content-Language"] == "de"
    User.objects.update(language="xx")  # one that was dropped
    assert client.get("/library/")["Content-Language"] == "en"


def test_programs_read_english(client: Client, db: None) -> None:
    response = client.post(
        "/api/v1/auth/login",
        {},
        content_type="application/json",
        headers={"Accept-Language": "de"},
    )
    assert response.json()["fields"]["email"] == ["This field is required."]
    assert "Content-Language" not in response
