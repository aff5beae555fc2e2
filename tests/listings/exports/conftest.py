"""Sending for an export, and reading what comes."""

from __future__ import annotations

import csv
import io
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from media_library.files import public_copies
from tests.listings.conftest import LISTINGS

TEMPLATES = Path(settings.BASE_DIR) / "listings/exports/templates"


def described(name):
    """A template's columns as its file has them, by their names."""
    told = tomllib.loads((TEMPLATES / f"{name}.toml").read_text())
    return {column["name"]: column for column in told["columns"]}


# What eBay's files ask for where a listing's category is not known there.
CATEGORY = {name: {name: {"category": "11483"}} for name in ("ebay", "ebayDrafts")}


def send(seller, format, **body):
    return seller.client.post(f"{LISTINGS}/export", {"format": format, **body}, format="json")


def content(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def table(answer):
    """The header and the rows by its names, of a file with commas or with tabs."""
    text = content(answer).decode("utf-8-sig")
    with_tabs = answer.headers["Content-Type"].startswith("text/tab-separated-values")
    lines = csv.reader(io.StringIO(text, newline=""), "excel-tab" if with_tabs else "excel")
    header, *rows = [line for line in lines if line[0] != "#INFO"]
    assert all(len(row) == len(header) for row in rows)
    return header, [dict(zip(header, row, strict=True)) for row in rows]


@pytest.fixture
def copying(monkeypatch):
    """Work on the messages that ask for copies when they are sent, and count them."""
    sent = []

    def send(image_id):
        sent.append(image_id)
        public_copies.make_public_copy.fn(image_id)

    monkeypatch.setattr(public_copies.make_public_copy, "send", send)
    return sent
