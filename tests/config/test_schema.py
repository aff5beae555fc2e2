"""The OpenAPI document tells the whole truth."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular import validation
from drf_spectacular.generators import SchemaGenerator

from config.api.openapi import document as served
from processing.engine.errors import NothingFound


@cache
def document() -> dict[str, Any]:
    return read((Path(settings.BASE_DIR) / "docs/openapi.yaml").read_bytes())


def read(text: bytes) -> dict[str, Any]:
    """What YAML says, by the parser in C: the other takes four seconds for our document."""
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return loaded


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_committed_document_is_what_the_code_says(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    call_command("spectacular", file=str(file), fail_on_warn=True)
    generated = read(file.read_bytes())
    assert generated == document()
    # As `--validate` does it, by a validator that takes a tenth of a second instead of eight.
    rules = Path(validation.__file__).with_name("openapi_3_1_schema.json").read_text()
    jsonschema_rs.validator_for(json.loads(rules)).validate(generated)


def test_every_success_is_an_envelope_with_an_example() -> None:
    for name, operation in operations():
        for status, response in operation["responses"].items():
            if status not in ("200", "201"):
                continue
            if "application/json" not in response.get("content", {}):
                continue
            content = response["content"]["application/json"]
            if name == "POST /api/v1/listings/export":  # a file
                assert content["schema"] == {"type": "array", "items": {"type": "object"}}
                continue
            assert set(content["schema"]["properties"]) == {"success", "data"}, name
            [example] = content["examples"].values()
            assert set(example["value"]) == {"success", "data"}, name


def test_every_success_is_json() -> None:
    """As the API promises. Only the end of an event stream is told by a status without a body."""
    without = {name for name, operation in operations() if "204" in operation["responses"]}
    assert all(name.endswith("/events") for name in without), without


def examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Whatever the document shows, with the schema that it is to follow."""
    for name, operation in operations():
        answers = operation["responses"].items()
        for part, told in [("body", operation.get("requestBody", {})), *answers]:
            for media_type, content in told.get("content", {}).items():
                for title, example in content.get("examples", {}).items():
                    yield f"{name} {part} {media_type} {title}", content["schema"], example["value"]
    for name, part in within(document()):
        if "default" in part and any(key in part for key in ("type", "$ref", "anyOf", "allOf")):
            yield f"{name}, default", part, part["default"]


def within(value: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object of the document, by its path."""
    if isinstance(value, dict):
        yield name, value
        for key, inner in value.items():
            if key not in ("examples", "default", "enum"):
                yield from within(inner, f"{name}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from within(inner, f"{name}/{index}")


def named(part: Any) -> set[str]:
    """The components' schemas that a part of the document refers to, and what those refer to."""
    found: set[str] = set()
    waiting = _references(part)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references_of(name)
    return found


def _references(part: Any) -> list[str]:
    return re.findall(r'"#/components/schemas/([^"/]+)"', json.dumps(part))


@cache
def _references_of(name: str) -> list[str]:
    return _references(document()["components"]["schemas"][name])


def test_every_example_follows_its_schema() -> None:
    schemas = document()["components"]["schemas"]
    faults = {}
    names = set()
    for name, schema, example in examples():
        names.add(name)
        # With nothing but what it names: each validator reads all that it is given.
        components = {"schemas": {one: schemas[one] for one in named(schema)}}
        checked = {**schema, "components": components}
        errors = jsonschema_rs.Draft202012Validator(checked).iter_errors(example)
        if found := [error.message[:200] for error in errors]:
            faults[name] = found
    assert faults == {}
    assert len(names) > 600


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return resolved(document()["components"]["schemas"][name]) if name else schema


def bodies() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within a body that has fields of its own."""
    for name, operation in operations():
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            waiting = [(f"{name} {media_type}", content["schema"])]
            while waiting:
                where, schema = waiting.pop()
                schema = resolved(schema)
                if "properties" in schema:
                    yield where, schema
                fields = schema.get("properties", {})
                waiting += [(f"{where} {key}", part) for key, part in fields.items()]
                if isinstance(schema.get("items"), dict):
                    waiting.append((f"{where}[]", schema["items"]))
                for key in ("anyOf", "oneOf", "allOf"):
                    waiting += [(where, part) for part in schema.get(key, [])]


def test_bodies_say_that_unknown_fields_are_refused() -> None:
    seen = list(bodies())
    assert len(seen) > 50
    assert [name for name, schema in seen if schema.get("additionalProperties") is not False] == []


def test_what_may_be_left_out_of_a_body_has_no_default() -> None:
    """Generators of types take a default for a promise that the field is always there."""
    defaults = [
        f"{name} {field}"
        for name, schema in bodies()
        for field, told in schema["properties"].items()
        if "default" in told
    ]
    assert defaults == []


def test_parameters_have_the_bounds_that_the_site_checks() -> None:
    found = {
        f"{name} {parameter['name']}": parameter
        for name, operation in operations()
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }
    pages = [one["schema"] for name, one in found.items() if name.endswith(" page")]
    assert len(pages) > 8
    bounds = {"type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 1}
    assert all(one == bounds for one in pages)
    sizes = [one["schema"] for name, one in found.items() if name.endswith(" pageSize")]
    assert all((one["minimum"], one["maximum"]) == (1, 100) for one in sizes)
    undo = "DELETE /api/v1/listings/{listing_id}/images/{image_id}/repair platform"
    assert found[undo]["required"] is True


# Words of the code: names with underscores, its constants, its classes, and how it documents.
OF_THE_CODE = re.compile(
    r"`[a-z]+_[a-z]+`|``|\b(?:None|True|False|Raises|dict|tuple|pydantic|serializer)\b|\w\.\w+\.\w|Plan\b"
)


def test_texts_are_not_about_the_code() -> None:
    """Values of the wire such as `property_usa` are no names."""
    values = {str(value) for _, part in within(document()) for value in part.get("enum", ())}
    found = {
        name: said
        for name, part in within(document())
        for key in ("description", "summary")
        if isinstance(part.get(key), str)
        for said in OF_THE_CODE.findall(part[key])
        if said.strip("`") not in values
    }
    assert found == {}
    assert [
        name
        for name, part in within(document()["components"])
        if "title" in part and "type" in part and isinstance(part["title"], str)
    ] == []


def test_every_answer_has_the_rate_limit_headers_and_errors_are_described() -> None:
    for name, operation in operations():
        assert {"429", "500"} <= set(operation["responses"]), name
        for response in operation["responses"].values():
            assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(
                response["headers"]
            ), name
        assert "Retry-After" in operation["responses"]["429"]["headers"]


def test_every_body_has_an_example() -> None:
    for name, operation in operations():
        for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
            if media_type == "application/json":
                assert content.get("examples"), name


@pytest.mark.parametrize("path", ["/api/docs", "/api/try", "/api/redoc"])
def test_the_pages_load_nothing_foreign(client: Client, path: str, db: None) -> None:
    response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    assert re.findall(r"""(?:src|href)=.https?://(?!packshot)[^"']*""", page) == []
    assert "'unsafe-inline'" not in response["Content-Security-Policy"].partition("script-src")[2]


def test_the_reference_tells_of_every_endpoint_and_of_what_all_share(
    client: Client, db: None
) -> None:
    page = client.get("/api/docs").content.decode()
    assert page.count('<details class="api-endpoint"') == len(list(operations()))
    assert "<code>/api/v1/images/tools/remove-background</code>" in page
    for words in ("x-api-key", "VALIDATION_ERROR", "X-RateLimit-Remaining", "Idempotency-Key"):
        assert words in page
    assert "webhook-signature" in page


def test_the_document_is_built_once_and_served_to_all(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[bool] = []

    def build(generator: SchemaGenerator, request: Any, public: bool) -> dict[str, Any]:
        built.append(public)
        return {"info": {"title": "Packshot API"}}

    monkeypatch.setattr(SchemaGenerator, "get_schema", build)
    # As when the process began; what it has built by now stays for other tests.
    for name in ("_document", "_rendered"):
        monkeypatch.setattr(served, name, cache(getattr(served, name).__wrapped__))
    answers = [client.get("/api/v1/schema") for _ in range(3)]
    as_json = client.get("/api/v1/schema", headers={"Accept": "application/json"})
    assert built == [True]
    assert {read(answer.content)["info"]["title"] for answer in answers} == {"Packshot API"}
    assert answers[0]["Content-Type"] == "application/vnd.oai.openapi"
    assert as_json.json() == {"info": {"title": "Packshot API"}}
    assert as_json["ETag"] != answers[0]["ETag"]


def test_who_has_the_document_is_told_so(client: Client, db: None) -> None:
    answer = client.get("/api/v1/schema")
    assert answer.status_code == 200
    assert read(answer.content)["info"]["title"] == "Packshot API"
    assert set(answer["Cache-Control"].split(", ")) == {"public", "no-cache"}
    again = client.get("/api/v1/schema", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == answer["ETag"]
    other = client.get("/api/v1/schema", headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, answer.content)


def test_what_an_operation_says_of_a_code_is_shown_as_it_is_told() -> None:
    told = {
        name: response["content"]["application/json"]["examples"]["NOTHING_FOUND"]["value"]
        for name, operation in operations()
        for status, response in operation["responses"].items()
        if "NOTHING_FOUND"
        in response.get("content", {}).get("application/json", {}).get("examples", {})
        and status == "422"
    }
    tools = ("remove-background", "edit", "replace-background", "generate-background")
    assert set(told) == {
        *(f"POST /api/v1/images/tools/{tool}" for tool in tools),
        "POST /api/v1/listings/{listing_id}/images/{image_id}/repair",
    }
    answer = {"success": False, "error": NothingFound().message, "code": "NOTHING_FOUND"}
    assert list(told.values()) == [answer] * 5
