"""Every mail that the site sends has both parts, from one text, and staff see how it looks."""

from __future__ import annotations

import html
import re
from pathlib import Path

import allauth
import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.mails import writing
from accounts.models import User
from processing.admin import mails

MAILS = "/admin/mails/"
# What others extend, and ways to sign in that the site doesn’t have.
UNUSED = {"account/email/base", "account/email/password_reset_code"}
pytestmark = pytest.mark.django_db


def templates() -> set[str]:
    folders = [Path(settings.BASE_DIR, "templates"), Path(allauth.__file__).parent / "templates"]
    return {
        str(path.relative_to(folder)).removesuffix("_message.txt")
        for folder in folders
        for path in folder.glob("*/email/*_message.txt")
    }


def test_every_mail_has_a_sample_and_words_of_ours() -> None:
    wanted = templates() - UNUSED
    ours = {
        name
        for name in wanted
        if Path(settings.BASE_DIR, "templates", f"{name}_subject.txt").is_file()
    }
    assert wanted - ours == set()
    assert set(mails.SAMPLES) | {"accounts/email/quota"} == wanted


@pytest.mark.parametrize("language", ["en", "de"])
def test_both_parts_of_each_say_the_same(language: str) -> None:
    faults = []
    for sample in mails.samples(language):
        [(page, kind)] = sample.mail.alternatives
        shown = html.unescape(
            re.sub(r"<[^>]+>", "\n", str(page).partition("<body")[2].partition(">")[2])
        )
        plain = str(sample.mail.body)
        words = [
            line.strip().rstrip(":")
            for line in plain.splitlines()
            if line.strip() not in ("", "--")
        ]
        checks = {
            "type": kind == "text/html",
            "subject": "\n" not in sample.mail.subject
            and sample.mail.subject.startswith("Packshot: "),
            "words": [line for line in words if line not in shown] == [],
            "links": set(re.findall(r'href="([^"]*)"', str(page)))
            == set(writing.LINK.findall(plain)),
            "nothing loaded": not re.search(r"<img|<link|<script|src=|url\(", str(page)),
            "language": f'<html lang="{language}">' in str(page)
            and plain.startswith({"en": "Hello", "de": "Hallo"}[language]),
            "nothing left over": not re.search(r"\n\n\n|\{\{|\{%|None", plain),
        }
        faults += [(sample.name, name) for name, is_right in checks.items() if not is_right]
    assert faults == []


def test_a_name_makes_no_link() -> None:
    names = {
        "Ada": "Ada",
        "Dr. O’Neil, Ada": "Dr. O’Neil, Ada",
        "win.example/now": "",
        "https://x": "",
    }
    assert {name: writing.greeted(User(name=name)) for name in names} == names
    sent = writing.write(
        "accounts/email/second_factor_reset", {}, user=User(email="a@example.com", name="<b>")
    )
    assert "Hello &lt;b&gt;," in str(sent.alternatives[0][0])


def test_each_mail_is_shown_in_each_language(root: Client) -> None:
    page = root.get(MAILS).content.decode()
    headings = re.findall(r"<h2>Packshot: (.*?)</h2>", page)
    assert len(headings) == len(mails.SAMPLES) + 2
    assert headings[0] == "80 % of this month’s cutouts are used"
    german = root.get(MAILS, {"language": "de"}).content.decode()
    assert "Hallo Ada," in german
    assert "Hallo Ada," not in root.get(MAILS, {"language": "xx"}).content.decode()
    answer = root.get(f"{MAILS}quota-80/", {"language": "de"})
    assert "sind verbraucht" in answer.content.decode()
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in root.get(MAILS)["Content-Security-Policy"]
    assert root.get(f"{MAILS}nothing/").status_code == 404
    assert mail.outbox == []
    assert User.objects.count() == 1


def test_they_are_for_staff_who_see_accounts(client: Client) -> None:
    assert client.get(MAILS).status_code == 302
    user = User.objects.create_user("help@example.com", "a long sentence", is_staff=True)
    client.force_login(user)
    assert client.get(MAILS).status_code == 403
    assert client.get(f"{MAILS}quota-80/").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_account"))
    assert client.get(MAILS).status_code == 200
