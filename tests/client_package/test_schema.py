"""The client and docs/openapi.yaml agree: every address, argument and field that the client knows is there,
with the same type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from packshot import endpoints
from packshot.endpoints import Endpoint
from tests.shop import document

ENDPOINTS = {name: one for name, one in vars(endpoints).items() if isinstance(one, Endpoint)}
Schema = dict[str, Any]


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_is_as_documented(name: str) -> None:
    ours = ENDPOINTS[name]
    theirs = document()["paths"][ours.path][ours.method.lower()]
    parameters = {(one["in"], one["name"]): one["schema"] for one in theirs.get("parameters", [])}
    assert ours.keyed == (("header", "Idempotency-Key") in parameters)
    assert ours.path.count("{") == sum(place == "path" for place, _ in parameters)
    assert differences_of_answer(ours, theirs["responses"]) == []
    if ours.body is not None:
        kind = "multipart/form-data" if name == "UPLOAD" else "application/json"
        taken = theirs["requestBody"]["content"][kind]["schema"]
        assert misfits(schema_of(ours.body), taken) == []
    if ours.query is not None:
        taken = {name: one for (place, name), one in parameters.items() if place == "query"}
        assert misfits(schema_of(ours.query), {"type": "object", "properties": taken}) == []


def test_a_form_for_an_upload_has_a_file() -> None:
    body = document()["paths"][endpoints.UPLOAD.path]["post"]["requestBody"]["content"]
    form = resolved(body["multipart/form-data"]["schema"])
    assert form["properties"]["file"] == {"type": "string", "format": "binary"} | {
        name: text for name, text in form["properties"]["file"].items() if name == "description"
    }


def differences_of_answer(ours: Endpoint[Any], answers: dict[str, Any]) -> list[str]:
    assert ("202" in answers) == (ours.pending is not None)
    wrong = []
    if ours.pending is not None:
        wrong += misfits(data_of(answers["202"]), schema_of(ours.pending))
    done = answers.get("200") or answers.get("201") or answers["302"]
    if ours.answer is bytes:
        # A file, a stream, or the way to one; never the envelope.
        content = done.get("content", {})
        assert "success" not in str(content.get("application/json", {}).get("schema", {}))
        return wrong
    data = data_of(done)
    # An upload's answer is a list where several files were sent, as this client never does.
    if "oneOf" in resolved(data) and ours.path == endpoints.UPLOAD.path:
        [data] = [one for one in resolved(data)["oneOf"] if resolved(one)["type"] == "object"]
    return wrong + misfits(data, schema_of(ours.answer))


def data_of(answer: Schema) -> Schema:
    envelope = resolved(answer["content"]["application/json"]["schema"])
    found: Schema = envelope["properties"]["data"]
    return found


def schema_of(kind: Any) -> Schema:
    """What a type of the client's allows, in the names of the API."""
    if hasattr(kind, "__total__"):  # a typed dictionary, whose names are Python's

        class Spelled(kind):  # type: ignore[misc,valid-type]
            __pydantic_config__ = ConfigDict(alias_generator=to_camel, arbitrary_types_allowed=True)

        kind = Spelled
    made = TypeAdapter(kind).json_schema(by_alias=True, mode="validation")
    return inlined(made, made.get("$defs", {}))


def inlined(part: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return inlined(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {name: inlined(one, definitions) for name, one in part.items() if name != "$defs"}


def resolved(schema: Schema) -> Schema:
    while "$ref" in schema or (list(schema.get("allOf", [])) and len(schema["allOf"]) == 1):
        inner = schema["allOf"][0] if "allOf" in schema else schema
        schema = document()["components"]["schemas"][inner["$ref"].rpartition("/")[2]]
    return schema


def alternatives(schema: Schema) -> list[Schema]:
    """A schema as one of several, each with one type at most."""
    schema = resolved(schema)
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return [found for one in schema[word] for found in alternatives(one)]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": one} for one in schema["type"]]
    if "const" in schema:
        schema = {**schema, "enum": [schema["const"]]}
    if "type" not in schema and "enum" in schema:
        schema = {**schema, "type": "null" if schema["enum"] == [None] else "string"}
    return [schema]


def misfits(narrow: Schema, wide: Schema, at: str = "") -> list[str]:
    """Where something that ``narrow`` allows is refused by ``wide``: what is sent by what is taken,
    or what is answered by what is read."""
    wrong = []
    for one in alternatives(narrow):
        tried = [misfit(one, other, at) for other in alternatives(wide)]
        wrong += min(tried, key=len)
    return wrong


def misfit(narrow: Schema, wide: Schema, at: str) -> list[str]:
    kind, other = narrow.get("type"), wide.get("type")
    if other is None:
        return []
    if kind != other and (kind, other) != ("integer", "number"):
        return [f"{at or 'it'}: {kind} where {other} stands"]
    if kind == "array":
        return misfits(narrow.get("items", {}), wide.get("items", {}), f"{at}[]")
    if kind == "object":
        return misfit_of_objects(narrow, wide, at)
    if "enum" in narrow and "enum" in wide and (more := set(narrow["enum"]) - set(wide["enum"])):
        return [f"{at}: {more} where only {wide['enum']} stand"]
    if wide.get("format") == "date-time" != narrow.get("format"):
        return [f"{at}: no moment"]
    return []


def misfit_of_objects(narrow: Schema, wide: Schema, at: str) -> list[str]:
    sent, taken = narrow.get("properties"), wide.get("properties")
    if sent is None or taken is None:  # open on purpose, such as the fields of a report
        return [] if taken is None or not wide.get("required") else [f"{at}: without its fields"]
    wrong = [f"{at}.{name}: missing" for name in wide.get("required", []) if name not in sent]
    # Answers may have more than is read, and a request no more than is taken: who reads is ours.
    ours = sent if wide_is_documented(wide) else taken
    wrong += [
        f"{at}.{name}: no such name" for name in ours if name not in sent or name not in taken
    ]
    required = set(wide.get("required", [])) - set(narrow.get("required", []))
    wrong += [f"{at}.{name}: not always there" for name in required & sent.keys()]
    for name in sent.keys() & taken.keys():
        wrong += misfits(sent[name], taken[name], f"{at}.{name}")
    return wrong


def wide_is_documented(wide: Schema) -> bool:
    """Whether the API takes this, and the client sends it. Its schemas have no titles; ours do."""
    return "title" not in wide


@pytest.mark.parametrize(
    ("narrow", "wide", "wrong"),
    [
        ({"type": "integer"}, {"type": "number"}, 0),
        ({"type": "number"}, {"type": "integer"}, 1),
        ({"type": ["string", "null"]}, {"type": "string"}, 1),
        ({"type": "string"}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, 0),
        ({"enum": ["a", "b"], "type": "string"}, {"enum": ["a"], "type": "string"}, 1),
        ({"type": "string"}, {"type": "string", "format": "date-time"}, 1),
        ({"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}, 1),
        ({"type": "object", "properties": {"x": {}}}, {"type": "object", "properties": {"y": {}}}, 1),
        (
            {"type": "object", "properties": {"x": {}}},
            {"type": "object", "properties": {"x": {}}, "required": ["x"], "title": "Ours"},
            1,
        ),
    ],
)  # fmt: skip
def test_what_differs_is_found(narrow: Schema, wide: Schema, wrong: int) -> None:
    assert len(misfits(narrow, wide)) == wrong


def test_every_endpoint_is_called() -> None:
    """No entry of the table is left over from a call that is gone."""
    folder = Path(endpoints.__file__).parent
    called = {
        name
        for path in [folder / "client.py", *(folder / "operations").glob("*.py")]
        for name in re.findall(r"endpoints\.([A-Z_]+)", path.read_text())
    }
    assert called == ENDPOINTS.keys()
