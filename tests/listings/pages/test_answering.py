"""Sellers answer what a suggestion asks for, and choose its language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from listings.generation import draft
from listings.models import Suggestion
from listings.pages import answering
from media_library.models import Image
from processing.models import Job
from tests.listings.pages.conftest import fields_of, text_of
from tests.listings.pages.test_new import NEW, OPTIONS, write
from tests.stand_ins import Seller

ASKED = [
    {
        "hint": hint,
        "question": question,
        "answer": answer,
        "choices": None,
        "example": example,
        "isRequired": False,
    }
    for hint, question, answer, example in (
        ("department", "Who is it made for?", "choice", None),
        ("measurements.waist", "How wide is the waist, laid flat?", "measure", "52 cm"),
        ("age", "How old is it, or from which year or decade?", "text", "2 years"),
        ("pets", "Do pets live where it was kept?", "yes-no", None),
    )
]
PROBLEM = {
    "hint": "notes",
    "code": "phone",
    "message": "You write a phone number ('0170 1234567'). eBay may take such a listing down.",
    "found": "0170 1234567",
}


def test_answers_and_a_language_have_a_suggestion_written_anew(
    browser: Client,
    other: Client,
    owner: Seller,
    add_photo: Callable[..., Image],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(answering, "_MOMENT", 0.0)
    User.objects.update(language="de")
    browser.post(NEW, {**OPTIONS, "images": [add_photo().public_id]})
    found = Suggestion.objects.get()
    assert draft.command_of(found.job).hints.language == "de"  # as the page is
    told = {"asked": "de", "given": "de", "fallbacks": [{"field": "color", "word": "teal"}]}
    write(found.job, questions=ASKED, problems=[PROBLEM], language=told)
    here = f"/listings/suggestions/{found.public_id}/"
    page = text_of(browser.get(here))
    assert all(f"{text}" in page for text in ("Für wen ist es gemacht?", "Wie breit ist der Bund"))
    assert "Du nennst eine Telefonnummer („0170 1234567“)" in page
    assert "„teal“" in page
    form = fields_of(page, f'action="{here}answer/"')
    assert form["answer-language"] == "de"
    answers = {
        **form,
        "answer-department": "men",
        "answer-measurements.waist": "41 cm",
        "answer-pets": "no",
        "answer-age": "2 Jahre",
        "answer-language": "fr",
    }
    for refused, sentence in (
        (form, "Beantworte eine Frage"),
        ({**answers, "answer-measurements.waist": "wide"}, "Zahl mit ihrer Einheit"),
        ({**answers, "answer-department": "dogs"}, "Für wen ist es gemacht?"),
    ):
        assert sentence in text_of(browser.post(f"{here}answer/", refused, follow=True))
    text_of(other.post(f"{here}answer/", answers), 404)
    assert Job.objects.count() == 1
    assert browser.post(f"{here}answer/", answers)["Location"] == here
    found.refresh_from_db()
    command: Any = draft.command_of(found.job)
    hints = command.hints
    assert (hints.department, hints.measurements, hints.pets) == ("men", {"waist": "41 cm"}, False)
    assert (hints.age, hints.language, hints.condition) == ("2 Jahre", "fr", "good")
    assert (command.operation, owner.used_of("generate-listing")) == ("rewrite-listing", 1)
    text_of(
        browser.post(f"{here}answer/", answers, follow=True)
    )  # not written yet: nothing to answer
    assert Job.objects.count() == 2
