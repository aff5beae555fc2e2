"""Staff see how mails look, in plain text and HTML."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.models import User

MAILS = "/admin/mails/"
pytestmark = pytest.mark.django_db


def test_each_mail_is_shown_in_each_language(root: Client) -> None:
    page = root.get(MAILS).content.decode()
    assert re.findall(r"<h2>(Packshot: .*?)</h2>", page) == [
        "Packshot: 80 % of this month’s cutouts are used",
        "Packshot: This month’s cutouts are used up",
        "Packshot: Two-factor sign-in was switched off",
        "Packshot: Your data is ready",
    ]
    german = root.get(MAILS, {"language": "de"}).content.decode()
    assert "Hallo Ada," in german
    assert "Hallo Ada," not in root.get(MAILS, {"language": "xx"}).content.decode()
    answer = root.get(f"{MAILS}quota-80/", {"language": "de"})
    assert "sind verbraucht" in answer.content.decode()
    assert "style-src 'self' 'unsafe-inline'" in answer["Content-Security-Policy"]
    assert "unsafe-inline" not in root.get(MAILS)["Content-Security-Policy"]
    assert root.get(f"{MAILS}data_ready/").status_code == 404
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
