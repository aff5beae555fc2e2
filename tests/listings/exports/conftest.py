"""Sending for an export, and reading what comes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from media_library.files import public_copies
from tests.listings.conftest import LISTINGS

COLUMNS = Path(__file__).parent / "formats/columns"


def columns(name):
    return (COLUMNS / f"{name}.txt").read_text().splitlines()


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
    header, *rows = lines
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
