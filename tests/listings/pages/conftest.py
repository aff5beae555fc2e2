"""Sellers in front of the pages of listings."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.stand_ins import Seller


def client_of(seller: Seller) -> Client:
    client = Client()
    client.force_login(seller.caller.user)
    return client


@pytest.fixture
def browser(owner: Seller) -> Client:
    return client_of(owner)


@pytest.fixture
def other(stranger: Seller) -> Client:
    """The browser of somebody else."""
    return client_of(stranger)


def fields_of(page: str, form: str = 'id="words"') -> dict[str, str]:
    """What a form would send as it stands."""
    start = page.index(form)
    part = page[start : page.index("</form>", start)]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*>", part):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in told and (told.get("type") != "checkbox" or " checked" in tag):
            found[told["name"]] = unescape(
                told.get("value", "on" if told.get("type") == "checkbox" else "")
            )
    for tag, text in re.findall(r"<textarea\b([^>]*)>(.*?)</textarea>", part, re.S):
        found[re.findall(r'name="([^"]*)"', tag)[0]] = unescape(text).removeprefix("\n")
    for tag, rows in re.findall(r"<select\b([^>]*)>(.*?)</select>", part, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', rows)
        found[re.findall(r'name="([^"]*)"', tag)[0]] = chosen[0] if chosen else ""
    return found


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return unescape(response.content.decode())
