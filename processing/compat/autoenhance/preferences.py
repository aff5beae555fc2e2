"""What a client asks for a photo, in the vendor's words, as the plan that it comes to.

What is left out, or null, keeps what was asked before; what never was has the vendor's default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from config.api.bodies import read
from processing.compat.autoenhance.errors import wrong
from processing.engine.errors import InvalidPlan
from processing.engine.plans import room_versions
from processing.engine.plans.room import FineTune, Look, RoomPlan, WindowPull
from processing.models.room_orders import KEY_LENGTH
from processing.services.room_orders.photos import Asked

# Of metadata and further properties together, as JSON.
MAX_EXTRAS: Final = 16_000
# What an answer tells and nobody sets: a client that sends an answer back means nothing by it.
_TOLD: Final = frozenset(
    {
        *("date_added", "downloaded", "image_id", "scene", "status", "status_reason", "user_id"),
        *("upload_url", "s3PutObjectUrl"),
    }
)
_DEFAULTS: Final[Mapping[str, Any]] = {
    "ai_version": room_versions.NEWEST,
    "cloud_type": None,
    "enhance": True,
    "enhance_type": None,
    "finetune_settings": {},
    "lens_correction": True,
    "privacy": None,
    "sky_replacement": False,
    "threesixty": None,
    "upscale": False,
    "vertical_correction": True,
    "window_pull": None,
    "window_pull_type": None,
}
_MEDIA_TYPE: Final = re.compile(r"[A-Za-z]+/[A-Za-z0-9.+-]+")
# What there is to do; one of these has to be asked for.
_STEPS: Final = (
    *("enhance", "vertical_correction", "lens_correction", "privacy", "sky_replacement"),
    *("upscale", "window_pull"),
)
# The sky of who asks for another one, and for none by name.
_SKY: Final = "CLEAR"


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


EnhanceType = Annotated[
    Literal["property", "property_usa", "warm", "neutral", "modern", "authentic"],
    BeforeValidator(_lower),
]


def _given(text: str) -> str | None:
    """An empty id is one that was left out."""
    return text or None


OrderId = Annotated[str, Field(max_length=KEY_LENGTH), AfterValidator(_given)]


class Preferences(BaseModel):
    """What may be asked for a photo, or for all that an order merges."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)

    ai_version: str | None = None
    cloud_type: Literal["CLEAR", "LOW_CLOUD", "HIGH_CLOUD"] | None = None
    enhance: bool | None = None
    enhance_type: EnhanceType | None = None
    finetune_settings: dict[str, Any] | None = None
    lens_correction: bool | None = None
    privacy: bool | None = None
    sky_replacement: bool | None = None
    threesixty: bool | None = None
    upscale: bool | None = None
    vertical_correction: bool | None = None
    window_pull: bool | None = None
    # What newer versions of the vendor's API have: how.
    window_pull_type: WindowPull | None = None


class Changed(Preferences):
    """A photo that is there already."""

    image_name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    metadata: dict[str, Any] | None = None
    order_id: OrderId | None = None
    rating: Annotated[int, Field(ge=0, le=5)] | None = None


def _media_type(text: str) -> str:
    """In lower case, as types are compared. Raises ValueError for what is none."""
    if not _MEDIA_TYPE.fullmatch(text):
        raise ValueError("Must be a media type such as image/jpeg.")
    return text.lower()


class New(Changed):
    image_name: Annotated[str, Field(min_length=1, max_length=200)]
    contentType: Annotated[str, Field(max_length=100), AfterValidator(_media_type)] | None = None


def new(data: Any) -> tuple[New, Asked]:
    """Raises AppError VALIDATION_ERROR naming the field."""
    body = read(New, data)
    return body, merged(body, {}, {})


def changed(data: Any, asked: Mapping[str, Any], kept: Mapping[str, Any]) -> tuple[Changed, Asked]:
    """What a photo is asked for after a change; ``kept`` has its metadata and extras. Raises as ``new``."""
    body = read(Changed, data)
    return body, merged(body, asked, kept)


def of_order(body: Preferences) -> Asked:
    """What is asked for each photo that an order merges. Raises as ``new``."""
    asked = merged(body, {}, {})
    return Asked(asked.plan, asked.asked)


def merged(body: Preferences, asked: Mapping[str, Any], kept: Mapping[str, Any]) -> Asked:
    """Raises AppError VALIDATION_ERROR naming the field."""
    given = {name: value for name, value in body.model_dump().items() if value is not None}
    preferences = {**_DEFAULTS, **asked}
    preferences |= {name: given[name] for name in _DEFAULTS if name in given}
    if "window_pull_type" in given:
        preferences["window_pull"] = given["window_pull_type"] != "NONE"
    elif "window_pull" in given:
        preferences["window_pull_type"] = None
    preferences["ai_version"] = _version(preferences["ai_version"])
    plan = _plan(preferences)
    columns = _columns(body, given, kept)
    return Asked(plan, preferences, columns)


def enhance_type(asked: Mapping[str, Any]) -> Look:
    """The look that was asked for; of who never asked for one, what the version does by itself."""
    by_itself: Look = "property" if asked["ai_version"] < "4" else "neutral"
    look: Look = asked["enhance_type"] or by_itself
    return look


def _version(word: str) -> str:
    """The version that a word means, which the answer names and the next time keeps."""
    try:
        return room_versions.resolve(word)
    except InvalidPlan as error:
        words = ", ".join(room_versions.WORDS)
        raise wrong("ai_version", f"must be one of {words}") from error


def _plan(preferences: Mapping[str, Any]) -> RoomPlan:
    version, look = preferences["ai_version"], enhance_type(preferences)
    if look.startswith("property") and version >= "4":
        raise wrong("enhance_type", f"{look} needs an ai_version below 4.0, and this is {version}")
    known = room_versions.looks_of(version)
    if look not in known:
        raise wrong("enhance_type", f"must be one of {', '.join(known)} with ai_version {version}")
    if not any(preferences[name] for name in _STEPS):
        raise wrong("enhance", "must be true where nothing else is asked for")
    finetune = _finetune(preferences["finetune_settings"])
    return RoomPlan(
        look=look if preferences["enhance"] else None,
        finetune=finetune if preferences["enhance"] else FineTune(),
        straighten=preferences["vertical_correction"],
        version=version,
        privacy=bool(preferences["privacy"]),
        threesixty=preferences["threesixty"],
        upscale=bool(preferences["upscale"]),
        window_pull=_window_pull(preferences),
        sky=(preferences["cloud_type"] or _SKY) if preferences["sky_replacement"] else None,
        lens=bool(preferences["lens_correction"]),
    )


def _window_pull(preferences: Mapping[str, Any]) -> WindowPull:
    if not preferences["window_pull"]:
        return "NONE"
    if preferences["ai_version"] < "4":
        raise wrong("window_pull", "needs an ai_version of 4.0 or above")
    how: WindowPull = preferences["window_pull_type"] or "ONLY_WINDOWS"
    return how


def _finetune(levels: Mapping[str, Any]) -> FineTune:
    known = [one.name for one in fields(FineTune)]
    for name in levels:
        if name not in known:
            raise wrong(
                f"finetune_settings.{name[:100]}", f"is unknown; known are {', '.join(known)}"
            )
    try:
        return FineTune(**levels)
    except InvalidPlan as error:
        name = f"finetune_settings.{error.field}"
        raise wrong(name, error.told_of("").strip(" .")) from error


def _columns(
    body: Preferences, given: Mapping[str, Any], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """What is kept beside the preferences. Raises AppError VALIDATION_ERROR where it is too much."""
    named = {"image_name": "name", "metadata": "metadata", "rating": "rating"}
    columns = {column: given[name] for name, column in named.items() if name in given}
    extras = {name: value for name, value in (body.model_extra or {}).items() if name not in _TOLD}
    columns["extras"] = {**kept.get("extras", {}), **extras}
    sizes = {name: len(json.dumps(value)) for name, value in columns["extras"].items()}
    sizes["metadata"] = len(json.dumps(columns.get("metadata", kept.get("metadata", {}))))
    if sum(sizes.values()) + sum(map(len, sizes)) > MAX_EXTRAS:
        largest = max(sizes, key=lambda name: sizes[name])
        raise wrong(
            largest[:100],
            f"is too much: metadata and further properties may have {MAX_EXTRAS:,} characters of JSON",
        )
    return columns
