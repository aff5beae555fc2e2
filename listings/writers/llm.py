"""A writer behind any chat server with OpenAI's API and vision: Ollama, llama.cpp, vLLM, hosted.

It looks at the photos itself. What it answers is checked against what the seller said and what was
read off the photos: facts of theirs stand, and sentences against them are left out. An answer that
can't be used at all is sent back once, with what is wrong with it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from listings import vocabulary
from listings.models import Condition
from listings.recognition.result import Evidence
from listings.writers import claims, languages, replies, wording
from listings.writers.base import Brief, Draft, Facts
from listings.writers.replies import BadReply, Reply
from listings.writers.rules import RulesWriter, styles
from processing.engine.files import decode
from processing.providers.http import PictureServer

MAX_PICTURES = 6
_LONGEST_SIDE = 1024
_PATH = "/v1/chat/completions"
_PROMPT = (Path(__file__).parent / "prompt.txt").read_text(encoding="utf-8")


class LlmWriter:
    """`base_url` with or without `/v1`; `key` may be empty; `timeout` in seconds, for each of at
    most two answers."""

    name = "llm"

    def __init__(
        self, base_url: str, model: str, *, key: str = "", timeout: float, max_pixels: int
    ) -> None:
        self._model = model
        self._max_pixels = max_pixels
        self._server = PictureServer(self.name, base_url, timeout=timeout, key=key)

    def write(self, brief: Brief) -> Draft:
        """Raises ProviderFailed, and the engine's errors for a photo that can't be read."""
        messages = self._messages(brief)
        known = _called(brief.facts)
        content = self._ask(messages, brief)
        try:
            reply = replies.read(content, brief.limits, known)
        except BadReply as error:
            messages += [
                {"role": "assistant", "content": content[:20_000]},
                {"role": "user", "content": f"That can't be used. {error} Answer again, whole."},
            ]
            try:
                reply = replies.read(self._ask(messages, brief), brief.limits, known)
            except BadReply as again:
                raise self._server.failed(
                    f"gave no usable listing in two attempts: {str(again).rstrip('.')}"
                ) from again
        return self._draft(brief, reply)

    def _messages(self, brief: Brief) -> list[dict[str, Any]]:
        asked = json.dumps(_item(brief), ensure_ascii=False, indent=1)
        parts: list[dict[str, Any]] = [{"type": "text", "text": asked}]
        for picture in brief.pictures[:MAX_PICTURES]:
            small = decode.thumbnail(
                picture, max_side=_LONGEST_SIDE, max_pixels=self._max_pixels, format="jpg"
            )
            address = f"data:image/jpeg;base64,{base64.b64encode(small).decode('ascii')}"
            parts.append({"type": "image_url", "image_url": {"url": address}})
        return [{"role": "system", "content": _PROMPT}, {"role": "user", "content": parts}]

    def _ask(self, messages: list[dict[str, Any]], brief: Brief) -> str:
        """The text of one answer. Raises ProviderFailed."""
        schema = {"name": "listing", "strict": True, "schema": replies.schema(brief.limits)}
        answer = self._server.post(
            _PATH,
            json={
                "model": self._model,
                "messages": messages,
                "response_format": {"type": "json_schema", "json_schema": schema},
            },
        )
        choices = answer.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        message = choice.get("message") if isinstance(choice, Mapping) else None
        if not isinstance(choice, Mapping) or not isinstance(message, Mapping):
            raise self._server.failed("returned no message")
        if message.get("refusal") or choice.get("finish_reason") == "content_filter":
            raise self._server.failed("refused to write about this item")
        if choice.get("finish_reason") == "length":
            raise self._server.failed(
                "stopped in the middle: its context or output limit is too small"
            )
        content = message.get("content")
        if not isinstance(content, str) or not content.strip():
            raise self._server.failed("returned no text")
        return content

    def _draft(self, brief: Brief, reply: Reply) -> Draft:
        facts, warnings = _together(brief.facts, reply)
        described = claims.checked(reply.description, facts)
        warnings += [_left_out("a sentence", *one) for one in described.dropped]
        if not described.text:
            raise self._server.failed("wrote nothing that agrees with what is known about the item")
        title, fault = reply.title, claims.fault_of(reply.title, facts)
        if fault is not None:
            title = RulesWriter().title(replace(brief, facts=facts))
            if not title:
                raise self._server.failed(f"wrote a title that can't be used: {fault}")
            warnings.append(_left_out("the title", reply.title, fault))
        return Draft(
            title=title,
            description=described.text,
            tags=_tags(reply, facts, brief),
            facts=facts,
            provider=f"{self.name}/{self._model}",
            evidence=tuple(_evidence(reply, facts, len(brief.pictures))),
            warnings=tuple(warnings),
            extra=_extra(reply, facts),
        )


def _item(brief: Brief) -> dict[str, Any]:
    """What is known, what is wanted, and how the platform's listings look."""
    facts, limits = brief.facts, brief.limits
    style = styles()[brief.platform]
    known = {
        "category": facts.category.key if facts.category else None,
        "brand": facts.brand,
        "size": facts.size,
        "condition": Condition(facts.condition).label if facts.condition else None,
        "color": ", ".join(facts.colors) or None,
        "material": ", ".join(facts.materials) or None,
    }
    given = {name: text for name, text in known.items() if text and name in facts.given}
    seen = {name: text for name, text in known.items() if text and name not in facts.given}
    return {
        "platform": brief.platform,
        "limits": {
            "title": limits.title,
            "description": limits.description,
            "tags": limits.tags,
            "hashtags at the end of the description": limits.hashtags,
        },
        "customs": {"title case": style["case"], "layout": style["layout"]},
        "tone": brief.tone or style["tone"],
        "language": _language(brief),
        "given": given | ({"notes": facts.notes} if facts.notes else {}),
        "seen": seen | {"text on the photos": list(facts.texts[:40])},
    }


def _language(brief: Brief) -> str:
    if brief.language == "en":
        return "American English" if brief.english == "us" else "British English"
    return str(languages.table(brief.language)["name"])


def _called(facts: Facts) -> list[str]:
    """Words of which a title must have one; none where nobody knows what the item is."""
    if facts.category is None or facts.category.is_group:
        return []
    brand = [facts.brand] if facts.brand else []
    return [*vocabulary.names_of(facts.category.key), *brand]


def _together(facts: Facts, reply: Reply) -> tuple[Facts, list[str]]:
    """The known facts, and in their gaps what the model has read; what it says against them is
    dropped with a warning."""
    warnings = []
    for name, known, said in (
        ("brand", facts.brand, reply.brand),
        ("size", facts.size, reply.size),
    ):
        if known and said and not _agree(name, known, said):
            warnings.append(f"The language model read the {name} as {said}; {known} was kept.")
        elif said and not known:
            warnings.append(f"The {name} {said} was read by the language model; check it.")
    category, confidence = facts.category, facts.confidence
    if (category is None or category.is_group) and reply.category:
        category, confidence = vocabulary.categories()[reply.category], reply.confidence
    elif category and category.key and reply.category not in (None, category.key):
        warnings.append(
            f"The language model chose the category {reply.category}; {category.key} was kept."
        )
    return replace(
        facts,
        category=category,
        confidence=round(confidence, 3),
        brand=facts.brand or reply.brand,
        size=facts.size or reply.size,
        colors=facts.colors or tuple(name.lower() for name in reply.colors[:3]),
        materials=facts.materials or tuple(name.lower() for name in reply.materials[:3]),
    ), warnings


def _agree(name: str, known: str, said: str) -> bool:
    if name == "brand":
        return vocabulary.brand_key(known) == vocabulary.brand_key(said)
    one, other = vocabulary.plain(known), vocabulary.plain(said)
    return one in other or other in one


def _left_out(what: str, text: str, fault: str) -> str:
    return f"Left out {what} by the language model: “{wording.cut(text, 120)}”; {fault}."


def _tags(reply: Reply, facts: Facts, brief: Brief) -> tuple[str, ...]:
    found = dict.fromkeys(tag.lstrip("#").strip() for tag in reply.tags)
    fit = [
        tag
        for tag in found
        if tag and len(tag) <= brief.limits.tag_length and claims.fault_of(tag, facts) is None
    ]
    return tuple(fit[: brief.limits.tags])


def _evidence(reply: Reply, facts: Facts, pictures: int) -> list[Evidence]:
    return [
        Evidence(
            field=one.field,
            value=one.value,
            source="llm",
            image=one.photo - 1 if one.photo and 1 <= one.photo <= pictures else None,
            confidence=round(reply.confidence, 3),
        )
        for one in reply.evidence
        if claims.fault_of(one.value, facts) is None
    ]


def _extra(reply: Reply, facts: Facts) -> dict[str, str]:
    """Further attributes, unless they are about what Facts hold or against them."""
    own = {
        "brand",
        "size",
        "color",
        "colour",
        "colors",
        "material",
        "materials",
        "condition",
        "price",
    }
    kept = {
        one.name: one.value
        for one in reply.attributes
        if one.name.strip().lower() not in own
        and claims.fault_of(f"{one.name} {one.value}", facts) is None
    }
    return dict(list(kept.items())[:8])
