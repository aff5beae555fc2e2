"""What a language model answers, read as strictly as anything that comes from outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from listings import vocabulary
from listings.vocabulary import texts, tree
from listings.writers.base import Limits

_LONGEST_SHORT = 100


class BadReply(ValueError):
    """What is wrong with an answer, in words that the model can mend it by."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class NamedValue(_Part):
    name: str = Field(min_length=1, max_length=40)
    value: str = Field(min_length=1, max_length=_LONGEST_SHORT)


class EvidencePart(_Part):
    field: str = Field(min_length=1, max_length=40)
    value: str = Field(min_length=1, max_length=200)
    photo: int | None = None


class Reply(_Part):
    """A model's listing, within the limits of sizes but not yet checked against what is known."""

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    tags: list[str] = Field(default_factory=list, max_length=50)
    category: str | None = None
    brand: str | None = Field(None, max_length=_LONGEST_SHORT)
    size: str | None = Field(None, max_length=50)
    colors: list[str] = Field(default_factory=list, max_length=10)
    materials: list[str] = Field(default_factory=list, max_length=10)
    attributes: list[NamedValue] = Field(default_factory=list, max_length=30)
    evidence: list[EvidencePart] = Field(default_factory=list, max_length=50)
    confidence: float = Field(0.0, ge=0, le=1, strict=False)


def schema(limits: Limits) -> dict[str, Any]:
    """The answer's JSON Schema, in the strict form that such servers ask for."""
    text = {"type": "string"}
    maybe = {"type": ["string", "null"]}
    pair = _object({"name": text, "value": text})
    photo = {"type": ["integer", "null"]}
    return _object(
        {
            "title": {"type": "string", "description": f"at most {limits.title} characters"},
            "description": {"type": "string", "description": f"at most {limits.description}"},
            "tags": _list(text),
            "category": maybe,
            "brand": maybe,
            "size": maybe,
            "colors": _list(text),
            "materials": _list(text),
            "attributes": _list(pair),
            "evidence": _list(_object({"field": text, "value": text, "photo": photo})),
            "confidence": {"type": "number"},
        }
    )


def read(content: str, limits: Limits, known_words: Sequence[str]) -> Reply:
    """The listing in a model's text. Raises BadReply.

    `known_words` are what the item is called: a title with none of them is about something else.
    """
    try:
        found = json.loads(_object_in(content))
    except (ValueError, RecursionError) as error:
        raise BadReply("It is not a JSON object.") from error
    try:
        reply = Reply.model_validate(_cleaned(found))
    except ValidationError as error:
        raise BadReply(_told(error)) from error
    if len(reply.title) > limits.title:
        raise BadReply(f"The title has {len(reply.title)} characters; {limits.title} are allowed.")
    if len(reply.description) > limits.description:
        most = limits.description
        raise BadReply(f"The description has {len(reply.description)} characters of {most}.")
    _check_words(reply, limits)
    if known_words and not _names(reply.title, known_words):
        raise BadReply(f"The title does not say what the item is: {', '.join(known_words[:3])}.")
    return reply


def _check_words(reply: Reply, limits: Limits) -> None:
    """Words and characters that the platform doesn't want to read."""
    for text, forbidden in (
        (reply.title, (*limits.words_forbidden, *limits.title_words_forbidden)),
        (reply.description, limits.words_forbidden),
    ):
        if found := [word for word in forbidden if _names(text, [word])]:
            raise BadReply(f"This platform does not allow the words: {', '.join(found)}.")
    if found := sorted(set(reply.title) & set(limits.title_characters_forbidden)):
        raise BadReply(f"This platform allows no {' '.join(found)} in titles.")


def _object_in(content: str) -> str:
    """Without a Markdown fence, and without what a model said before and after."""
    return content[content.find("{") : content.rfind("}") + 1]


def _cleaned(found: Any) -> Any:
    """Texts without what can't be seen, empty names null, and a category that we know or none."""
    if not isinstance(found, dict):
        return found
    tidy = {name: _tidy(value, many_lines=name == "description") for name, value in found.items()}
    for name in ("brand", "size"):
        tidy[name] = tidy.get(name) or None
    for name in ("tags", "colors", "materials"):
        tidy[name] = _without_empty(tidy.get(name))
    category = tidy.get("category")
    found = tree.find(category) if isinstance(category, str) else []
    tidy["category"] = found[0] if len(found) == 1 else None
    return tidy


def _tidy(value: Any, *, many_lines: bool = False) -> Any:
    if isinstance(value, str):
        return texts.lines(value) if many_lines else texts.one_line(value)
    if isinstance(value, list):
        return [_tidy(one) for one in value]
    if isinstance(value, dict):
        return {name: _tidy(one) for name, one in value.items()}
    return value


def _without_empty(value: Any) -> Any:
    if value is None:
        return []
    return [one for one in value if one != ""] if isinstance(value, list) else value


def _names(title: str, known: Sequence[str]) -> bool:
    said = f" {vocabulary.words(title)} "
    return any(f" {vocabulary.words(word)} " in said for word in known if vocabulary.words(word))


def _told(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)[:5]
    return " ".join(f"{'.'.join(map(str, x['loc'])) or 'answer'}: {x['msg']}." for x in faults)


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
