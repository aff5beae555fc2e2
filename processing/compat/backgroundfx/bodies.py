"""The JSON bodies of this door. Names that nobody declared are let pass, wrong types are not."""

from __future__ import annotations

from typing import Annotated, Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from processing.engine.plans.edit import Blend
from processing.services.backgrounds.paint_background import Side


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError as error:
        raise ValueError("Enter a valid e-mail address.") from error
    return value


Password = Annotated[str, Field(min_length=8, max_length=1024)]


class _Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Login(_Body):
    """`code` is no field of the vendor's: the authenticator app's, for accounts where it is on."""

    email: Annotated[str, Field(max_length=254)]
    password: Password
    code: Annotated[str, Field(max_length=20)] = ""


class Registration(_Body):
    email: Annotated[str, Field(max_length=254), AfterValidator(_email)]
    password: Password
    name: Annotated[str, Field(min_length=2, max_length=150)]


class Refresh(_Body):
    refresh_token: Annotated[str, Field(max_length=2000)]


class ReplaceBackground(_Body):
    image_id: str
    background_id: str
    blend_mode: Blend = "normal"


class GenerateBackground(_Body):
    prompt: Annotated[str, Field(min_length=3, max_length=500)]
    style: Literal["realistic", "artistic", "abstract", "gradient"] = "realistic"
    width: Side = 1920
    height: Side = 1080


class NewProject(_Body):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    type: Literal["image", "video", "batch"]
    description: Annotated[str, Field(max_length=10_000)] = ""


class NewWebhook(_Body):
    url: Annotated[str, Field(max_length=2000)]
    events: list[Literal["job.completed", "job.failed", "project.created"]] = Field(min_length=1)
    secret: Annotated[str, Field(max_length=200)] = ""
