"""A request's parameters, each read once by the type it must have.

Everything in a form or a query is text, so the types are strict by their spelling: ``true`` is a
boolean, and so is Python's ``True``; ``1`` and ``yes`` are not. Numbers are read as any language
prints them, to the last digit. An empty parameter is one that was left out: forms send all of
their fields. A refusal names the parameter as the caller wrote it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from rest_framework.request import Request

from config.errors import AppError
from processing.engine.errors import InvalidPlan
from processing.engine.plans.color_names import canonical_color
from processing.engine.plans.lengths import Length, canonical_length

Value = TypeVar("Value")

MAX_TEXT = 200
MAX_URL = 2000
_MAX_DIGITS = 64  # of a number: no language prints as many
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_HALVES = re.compile("[\ud800-\udfff]")
_FLAGS = {"true": True, "True": True, "false": False, "False": False}


class ParameterError(AppError):
    """A refusal whose sentence already begins with the parameter's name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__("VALIDATION_ERROR", message, fields={name: [message]})


def wrong(name: str, problem: str) -> ParameterError:
    """``crop must be boolean``."""
    return ParameterError(name, f"{name} {problem}")


class Fields:
    """Parameters by name, of a query or (``is_form``) of a form, which alone can hold files.

    What was never asked for, or had no effect, is ``unsupported``.
    """

    def __init__(
        self,
        values: Mapping[str, list[str]],
        files: Mapping[str, list[UploadedFile[Any]]] | None = None,
        *,
        is_form: bool = False,
        ignored: Mapping[str, str] | None = None,
    ) -> None:
        self.is_form = is_form
        given = {name: [text for text in texts if text] for name, texts in values.items()}
        self._values = {name: texts for name, texts in given.items() if texts}
        self._files = files or {}
        self._unread = {*self._values, *self._files}
        self._ignored = {name for name, value in (ignored or {}).items() if value}

    @classmethod
    def of_query(cls, request: Request) -> Fields:
        return cls(dict(request.query_params.lists()))

    @classmethod
    def from_form(cls, request: Request) -> Fields:
        """The form's parts alone: what stands in the address as well is not listened to."""
        values: dict[str, list[str]] = {}
        files: dict[str, list[UploadedFile[Any]]] = {}
        parts = request.data.lists() if isinstance(request.data, MultiValueDict) else ()
        for name, given in parts:
            for part in given:
                kept: Any = files if isinstance(part, UploadedFile) else values
                kept.setdefault(name, []).append(part)
        return cls(values, files, is_form=True, ignored=request.query_params)

    @classmethod
    def from_json(cls, request: Request) -> Fields:
        """Read the members of a JSON object as a form's parts; null is a field left out."""
        if not isinstance(request.data, dict):
            raise AppError("VALIDATION_ERROR", "The body must be a JSON object.")
        values: dict[str, list[str]] = {}
        files: dict[str, list[UploadedFile[Any]]] = {}
        for name, value in request.data.items():
            if isinstance(value, UploadedFile):
                files[name] = [value]
            elif value is not None:
                values[name] = [value if isinstance(value, str) else json.dumps(value)]
        return cls(values, files, is_form=True, ignored=request.query_params)

    @property
    def names(self) -> list[str]:
        return sorted({*self._values, *self._files})

    @property
    def unsupported(self) -> list[str]:
        return sorted(self._unread | self._ignored)

    def has(self, name: str) -> bool:
        return name in self._values or name in self._files

    def has_file(self, name: str) -> bool:
        return name in self._files

    def first(self, names: Iterable[str]) -> str | None:
        """The first of these that was given."""
        return next((name for name in names if self.has(name)), None)

    def ignore(self, *names: str) -> None:
        """Those that were given had no effect, and the answer says so."""
        self._ignored.update(name for name in names if self.has(name))

    def leave_out(self, name: str, word: str) -> None:
        """Take a parameter that says ``word`` for one that was not given."""
        if self._values.get(name) == [word]:
            del self._values[name]
            self._unread.discard(name)

    def text(self, name: str, *, most: int = MAX_TEXT) -> str | None:
        self._unread.discard(name)
        if name in self._files:
            raise wrong(name, "must be text, not a file")
        given = self._values.get(name)
        if given is None:
            return None
        value = _only(name, given)
        if len(value) > most:
            raise wrong(name, f"must have at most {most} characters")
        if "\0" in value:
            raise wrong(name, "must not contain null characters")
        if _HALVES.search(value):  # JSON can spell half a character
            raise wrong(name, "must be valid Unicode")
        return value

    def files(self, name: str) -> list[UploadedFile[Any]]:
        self._unread.discard(name)
        if name in self._values:
            where = "a file" if self.is_form else "sent by POST, as a file"
            raise wrong(name, f"must be {where}")
        return self._files.get(name, [])

    def file(self, name: str) -> UploadedFile[Any] | None:
        given = self.files(name)
        return _only(name, given) if given else None

    def choice(
        self, name: str, choices: Mapping[str, Value], *, tolerated: Collection[str] = ()
    ) -> Value | None:
        """What the word stands for. ``tolerated`` words are in use but mean nothing: ignored."""
        word = self.text(name)
        if word is None:
            return None
        if word in tolerated:
            self.ignore(name)
            return None
        if word not in choices:
            raise wrong(name, f"must be one of {', '.join(choices)}")
        return choices[word]

    def flag(self, name: str) -> bool | None:
        word = self.text(name)
        if word is not None and word not in _FLAGS:
            raise wrong(name, "must be boolean")
        return None if word is None else _FLAGS[word]

    def number(self, name: str, least: float, most: float) -> float | None:
        text = self.text(name, most=_MAX_DIGITS)
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            raise wrong(name, "must be a number")
        if not least <= float(text) <= most:
            raise wrong(name, f"must be between {least:g} and {most:.16g}")
        return float(text)

    def whole(self, name: str, least: int, most: int) -> int | None:
        value = self.number(name, least, most)
        if value is not None and value != int(value):
            raise wrong(name, "must be a whole number")
        return None if value is None else int(value)

    def angle(self, name: str, most: float, words: Mapping[str, float]) -> float | None:
        """Degrees, or one of the words for them."""
        text = self.text(name)
        if text is None or _NUMBER.fullmatch(text):
            return self.number(name, 0, most)
        if text not in words:
            raise wrong(name, f"must be a number or one of {', '.join(words)}")
        return words[text]

    def length(self, name: str) -> Length | None:
        """``0.1``, ``10%`` or ``100px``, as plans have it."""
        text = self.text(name, most=_MAX_DIGITS)
        if text is None:
            return None
        with naming(name):
            return canonical_length(name, float(text) if _NUMBER.fullmatch(text) else text)

    def color(self, name: str) -> str | None:
        """In the one spelling that plans have for it."""
        text = self.text(name, most=64)
        if text is None:
            return None
        with naming(name):
            return canonical_color(text)

    def uuid(self, name: str) -> UUID | None:
        text = self.text(name)
        if text is not None and not _UUID.fullmatch(text):
            raise wrong(name, "must be a UUID")
        return UUID(text) if text else None


class naming:
    """In this block the engine's InvalidPlan becomes a refusal that names the parameter."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InvalidPlan):
            raise refused(self.name, error) from error


def refused(name: str, error: InvalidPlan) -> AppError:
    return ParameterError(name, error.told_of(name).rstrip("."))


def _only(name: str, given: list[Value]) -> Value:
    if len(given) > 1:
        raise wrong(name, "was given more than once")
    return given[0]
