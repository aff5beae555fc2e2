"""The catalogue of one language: brought up to date with what is marked, and compiled."""

from __future__ import annotations

from pathlib import Path

import polib

from tests.texts.marked import ROOT, Text, texts

LANGUAGES = ("de",)
_HEADER = {
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def path_of(language: str, suffix: str = "po") -> Path:
    return ROOT / f"locale/{language}/LC_MESSAGES/django.{suffix}"


def read(language: str) -> polib.POFile:
    """Read a catalogue; an empty one where there is none yet."""
    path = path_of(language)
    found = polib.pofile(str(path)) if path.is_file() else polib.POFile()
    found.wrapwidth = 98
    found.metadata = {"Language": language, **_HEADER}
    return found


def key_of(entry: polib.POEntry) -> Text:
    return Text(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def update(language: str) -> polib.POFile:
    """Add what is marked anew, and leave out what nothing marks any more."""
    old = {key_of(entry): entry for entry in read(language)}
    new = read(language)
    new.clear()
    for text, path in sorted(texts().items(), key=lambda item: (item[1], item[0])):
        entry = old.get(text) or _entry(text)
        entry.occurrences = [(path, "")]
        entry.flags = ["python-format"] if "%(" in text.singular else []
        new.append(entry)
    return new


def _entry(text: Text) -> polib.POEntry:
    return polib.POEntry(
        msgid=text.singular,
        msgid_plural=text.plural,
        msgctxt=text.context or None,
        msgstr_plural={0: "", 1: ""} if text.plural else {},
    )


def save(catalogue: polib.POFile, language: str) -> None:
    """Write the catalogue for people and for programs."""
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    catalogue.save_as_mofile(str(path_of(language, "mo")))
