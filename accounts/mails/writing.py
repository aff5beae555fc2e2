"""Writes a mail from two templates, one of its subject and one of its words, in both of its parts.

Each mail is written once, as plain text; the layout adds the greeting, the foot and the HTML. So both
parts say the same and have the same links, and nothing in them comes from elsewhere or tells who read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User

PREFIX: Final = "Packshot: "
# Without the mark that ends the sentence around it.
LINK: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
# A name that mail programs would make a link of, in a mail that anybody can have sent to anybody.
_LINK_IN_NAME: Final = re.compile(r"://|\w\.\w{2}|/")


@dataclass(frozen=True)
class Piece:
    """Some words of a paragraph, or an address in it."""

    text: str
    is_link: bool


@dataclass(frozen=True)
class Paragraph:
    """What stands between blank lines; words with an address below them are a button."""

    pieces: list[Piece]
    label: str = ""
    url: str = ""


def write(
    template: str,
    context: Mapping[str, Any],
    *,
    user: User | None = None,
    to: str = "",
    language: str = "",
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Write a mail to a person, or to an address that nobody here has.

    What is translated in ``context`` must be in the language already (`language_for`).
    """
    spoken = language_for(user, language)
    with translation.override(spoken):
        inner = {"site_url": settings.SITE_URL, "name": greeted(user), **context}
        subject = " ".join(render_to_string(f"{template}_subject.txt", inner).split())
        body = _tidy(render_to_string(f"{template}_message.txt", inner))
        frame = {
            "subject": subject,
            "body": body,
            "name": inner["name"],
            "site": urlsplit(settings.SITE_URL).netloc,
            "language": spoken,
            "paragraphs": paragraphs(body),
        }
        plain = render_to_string("mails/layout.txt", frame)
        html = render_to_string("mails/layout.html", frame)
    address = to or (user.email if user else "")
    mail = EmailMultiAlternatives(f"{PREFIX}{subject}", plain, to=[address], headers=headers)
    mail.attach_alternative(html, "text/html")
    return mail


def language_for(user: User | None, language: str = "") -> str:
    """The person's language, else ``language``, else the one that is active."""
    wanted = (user.language if user else "") or language
    is_known = wanted in dict(settings.LANGUAGES)
    return wanted if is_known else translation.get_language() or settings.LANGUAGE_CODE


def greeted(user: User | None) -> str:
    """What a mail calls its reader; nothing for who is unknown, or has a link for a name."""
    return without_link(user.name) if user else ""


def without_link(name: str) -> str:
    """A name of somebody's choice, or nothing where mail programs would make a link of it."""
    return "" if _LINK_IN_NAME.search(name) else name.strip()


def paragraphs(body: str) -> list[Paragraph]:
    """Take plain text apart, for the HTML."""
    return [_paragraph(block) for block in body.split("\n\n") if block.strip()]


def _paragraph(block: str) -> Paragraph:
    *words, last = block.strip().splitlines()
    if words and LINK.fullmatch(last.strip()):
        return Paragraph([], label=" ".join(words).rstrip(": "), url=last.strip())
    pieces, end = list[Piece](), 0
    for found in LINK.finditer(block):
        pieces += [Piece(block[end : found.start()], False), Piece(found[0], True)]
        end = found.end()
    return Paragraph([piece for piece in [*pieces, Piece(block[end:], False)] if piece.text])


def _tidy(body: str) -> str:
    """Leave no more than one blank line, however many a template's conditions made."""
    return re.sub(r"\n\s*\n", "\n\n", body).strip()
