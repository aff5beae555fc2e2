"""Those who call: what each shows at which door, and with what in hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client, RequestFactory

from accounts.access import api_keys
from accounts.access.scopes import ALL_SCOPES
from accounts.models import Account, User
from accounts.signing import jwt, lasting_jwt
from config import public_ids
from tests.callers.addresses import Address
from tests.callers.stock import filled
from tests.shop import document

Headers = Callable[[Address], dict[str, str]]


@dataclass(frozen=True)
class Visitor:
    """``headers`` are what they show at an address; a person has pages open, too."""

    headers: Headers
    client: Client

    def calls(self, address: Address, ids: dict[str, str]) -> Iterator[Any]:
        """Call an address of the owner's own things, once with each body that is known for it."""
        path, headers = filled(address, ids), self.headers(address)
        for body in _bodies(address, ids):
            send = getattr(self.client, address.method.lower())
            if address.kind in ("api", "compat") and address.method != "GET":
                query = {"platform": ids["platform"]} if _asks_for_platform(address) else {}
                kind = {"content_type": "application/json", "query_params": query}
                answer = send(path, json.dumps(body), **kind, headers=headers)
            else:
                answer = send(path, body, headers=headers)
            yield answer
            answer.close()


def nobody() -> Visitor:
    return Visitor(lambda address: {}, _client())


def person(user: User, account: Account, scopes: Sequence[str] = ALL_SCOPES) -> Visitor:
    """Somebody who signed in, at every door in the way that it asks for."""
    client = _client()
    client.force_login(user)
    request = RequestFactory().get("/")
    _, key = api_keys.create(account, user, name="Mine", scopes=scopes)
    tokens = {
        "compat/cropedly/": {"Authorization": f"Bearer {lasting_jwt.sign_in(request, user)}"},
        "compat/backgroundfx/": {"Authorization": f"Bearer {jwt.sign_in(request, user).access}"},
        "compat/photoroom/": {"x-api-key": key},
        "compat/autoenhance/": {"x-api-key": key},
        "compat/removebg/": {"x-api-key": key},
    }
    return Visitor(lambda address: _first(tokens, address.route) or {}, client)


def program(user: User, account: Account, scopes: list[str]) -> Visitor:
    _, key = api_keys.create(account, user, name="Narrow", scopes=scopes)
    return Visitor(lambda address: {"x-api-key": key}, _client())


def _client() -> Client:
    # Of an exception of ours the answer is told, as it would be to anybody.
    return Client(raise_request_exception=False)


def _bodies(address: Address, ids: dict[str, str]) -> list[Any]:
    form = {name: ids[of] for name, of in _FORM.items()} | _CHOSEN
    form |= {name: ids[of] for name, of in (_first(_FORMS, address.route) or {}).items()}
    if address.kind == "api":
        return _of_the_document(address, ids)
    if address.kind == "compat":
        return [form | {"image_id": str(public_ids.decode("img", ids["image_id"]))}]
    return [form]


# What forms and addresses call what they are about, and what else they ask for.
_FORM = {
    **dict.fromkeys(("ids", "images", "image", "mask", "result", "resultImageId"), "image_id"),
    **dict.fromkeys(("look", "looks", "preset", "templateId"), "preset_id"),
    **dict.fromkeys(("project", "target"), "project_id"),
    **dict.fromkeys(("job", "variants", "keep"), "job_id"),
    **dict.fromkeys(("background", "background_id"), "background_id"),
    **dict.fromkeys(("listings", "listing"), "listing_id"),
    "suggestions": "suggestion_id",
    "sample": "image_id",
}
_CHOSEN = {
    "action": "delete",
    "name": "New",
    "state": "sold",
    "role": "viewer",
    "do": "save",
    "why": "Because",
}
_FORMS = {"trash/": {"ids": "trashed_id"}}


def _of_the_document(address: Address, ids: dict[str, str]) -> list[Any]:
    """Every example of a body, or the query by which a list is asked for what is the owner's."""
    operation = document()["paths"][f"/{address.route}"][address.method.lower()]
    if address.method == "GET":
        known = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        return [{name: ids[of] for name, of in _FORM.items() if name in known}]
    content = operation.get("requestBody", {}).get("content", {})
    examples = content.get("application/json", {}).get("examples", {}).values()
    return [_replaced(one["value"], ids) for one in examples] or [{}]


def _asks_for_platform(address: Address) -> bool:
    known = document()["paths"].get(f"/{address.route}", {}).get(address.method.lower(), {})
    told = known.get("parameters", [])
    return any(one["in"] == "query" and one["name"] == "platform" for one in told)


def _replaced(body: Any, ids: dict[str, str]) -> Any:
    """The example with the owner's ids in place of those that are made up."""
    if isinstance(body, dict):
        return {name: _replaced(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [_replaced(value, ids) for value in body]
    if not isinstance(body, str):
        return body
    prefix, mark, _ = body.partition("_")
    own = {value.partition("_")[0]: value for value in ids.values() if "_" in value}
    return own.get(prefix, body) if mark and body not in ids.values() else body


def _first(found: dict[str, Any], route: str) -> Any:
    return next((value for start, value in found.items() if route.startswith(start)), None)
