"""The JSON bodies of this door. Names that nobody declared are let pass, wrong types are not."""

from __future__ import annotations

from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

BlendMode = Literal["normal", "multiply", "screen", "overlay"]
LEAST_SIDE, MOST_SIDE = 64, 4096


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("Null characters are not allowed.")
    return value


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError("Enter a valid e-mail address.") from error
    return value


Text = Annotated[str, AfterValidator(_text)]
Password = Annotated[Text, Field(min_length=8, max_length=1024)]
Side = Annotated[int, Field(ge=LEAST_SIDE, le=MOST_SIDE)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Login(_Body):
    """`code` is no field of the vendor's: the authenticator app's, for accounts where it is on."""

    email: Annotated[Text, Field(max_length=254)]
    password: Password
    code: Annotated[Text, Field(max_length=20)] = ""


class Registration(_Body):
    email: Annotated[Text, Field(max_length=254), AfterValidator(_email)]
    password: Password
    name: Annotated[Text, Field(min_length=2, max_length=150)]


class Refresh(_Body):
    refresh_token: Annotated[Text, Field(max_length=2000)]


class ReplaceBackground(_Body):
    image_id: Text
    background_id: Text
    blend_mode: BlendMode = "normal"


class GenerateBackground(_Body):
    prompt: Annotated[Text, Field(min_length=3, max_length=500)]
    style: Literal["realistic", "artistic", "abstract", "gradient"] = "realistic"
    width: Side = 1920
    height: Side = 1080


class NewProject(_Body):
    name: Annotated[Text, Field(min_length=1, max_length=200)]
    type: Literal["image", "video", "batch"]
    description: Annotated[Text, Field(max_length=10_000)] = ""


class NewWebhook(_Body):
    url: Annotated[Text, Field(max_length=2000)]
    events: list[Literal["job.completed", "job.failed", "project.created"]] = Field(min_length=1)
    secret: Annotated[Text, Field(max_length=200)] = ""
