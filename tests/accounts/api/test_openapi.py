"""What the OpenAPI document says of this app's endpoints."""

from __future__ import annotations

import pytest
from drf_spectacular.generators import SchemaGenerator

from accounts.api_urls import urlpatterns


@pytest.fixture(scope="module")
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_ways_to_sign_in(document):
    schemes = document["components"]["securitySchemes"]
    assert schemes["bearer"]["scheme"] == "bearer"
    assert (schemes["apiKey"]["in"], schemes["apiKey"]["name"]) == ("header", "x-api-key")
    assert (schemes["cookie"]["in"], schemes["cookie"]["name"]) == ("cookie", "packshot_session")
    security = document["paths"]["/api/v1/auth/me"]["get"]["security"]
    assert security == [{"bearer": []}, {"apiKey": []}, {"cookie": []}]
    assert document["paths"]["/api/v1/auth/login"]["post"]["security"] == [{}]


def test_every_endpoint_is_there_and_shows_an_example(document):
    paths = {
        f"/api/v1/{route.pattern}".replace("<str:", "{").replace(">", "}") for route in urlpatterns
    }
    assert paths <= set(document["paths"])
    for path in paths:
        for operation in document["paths"][path].values():
            assert operation["summary"]
            done = {code: answer for code, answer in operation["responses"].items() if code < "300"}
            first = next(iter(done))
            answer = done[first]["content"]
            assert "text/csv" in answer or answer["application/json"]["examples"]


def test_refused_logins_are_described(document):
    answers = document["paths"]["/api/v1/auth/login"]["post"]["responses"]
    content = answers["401"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/Error"}
    (example,) = content["examples"].values()
    assert example["value"]["code"] == "INVALID_CREDENTIALS"
