"""What JSON bodies may say, before anybody asks what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict
from rest_framework.test import APIClient

from accounts.access.demo import create_demo
from config.api.bodies import read
from config.errors import AppError


class Shoe(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = ""
    sizes: tuple[float, ...] = ()
    more: dict[str, Any] = {}


def refused(data: Any) -> dict[str, list[str]]:
    with pytest.raises(AppError) as caught:
        read(Shoe, data)
    assert (caught.value.code, caught.value.status) == ("VALIDATION_ERROR", 400)
    return dict(caught.value.fields or {})


def test_a_list_is_a_tuple_and_a_whole_number_a_number() -> None:
    assert read(Shoe, {"name": "Pump", "sizes": [38, 38.5]}).sizes == (38.0, 38.5)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "a\0"}, "name"),
        ({"more": {"laces": ["red", {"tip": "\0"}]}}, "more.laces.1.tip"),
        ({"more": {"a\0": 1}}, "more"),
        ({"\0": 1}, "request"),
        ("\0", "request"),
    ],
)
def test_null_characters_are_named(data: Any, field: str) -> None:
    assert refused(data) == {field: ["Null characters are not allowed."]}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e999])
def test_what_is_no_json_number(number: float) -> None:
    assert refused({"more": {"size": number}}) == {}


def test_half_a_character_is_none() -> None:
    assert list(refused({"name": "\ud800"})) == ["request"]


@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=UTF8", "; charset=utf-16"])
def test_a_byte_order_mark_may_come_first(db: None, charset: str) -> None:
    client = APIClient(headers={"x-api-key": create_demo().api_key})
    body = '{"title": "Größe"}'.encode("utf-16" if "16" in charset else "utf-8-sig")
    response = client.generic("POST", "/api/v1/listings", body, f"application/json{charset}")
    assert (response.status_code, response.json()["data"]["title"]) == (201, "Größe")
    broken = client.generic("POST", "/api/v1/listings", body[:-2], f"application/json{charset}")
    assert broken.status_code == 400
