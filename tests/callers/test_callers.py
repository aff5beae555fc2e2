"""Everybody who may not calls every address there is: each is refused, and nothing has changed.

The table is the URL configuration, so an address that is new is called from its first day: where it may
be open to all, it has to be named here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.access.demo import create_demo
from accounts.access.scopes import ALL_SCOPES
from accounts.models import Member, Role
from config.api.methods import by_method
from processing.compat.failures import Failure
from tests.callers.addresses import Address, all_addresses
from tests.callers.snapshots import Snapshot
from tests.callers.stock import hexes, stocked
from tests.callers.visitors import Visitor, nobody, person, program
from tests.shop import Shop

# Anybody may come here, and nobody hears of anybody: the front door, the papers, and what lets people in.
_OPEN = (
    *("healthz", "readyz", "metrics", "api/docs", "api/try", "api/redoc", "api/v1/schema"),
    *("api/v1/auth/register", "api/v1/auth/login", "api/v1/auth/logout", "try/", "language/"),
    *("compat/backgroundfx/v1/auth/", "compat/cropedly/auth/", "manifest.webmanifest"),
    *("accounts/login/", "accounts/logout/", "accounts/signup/", "accounts/inactive/"),
    *("accounts/confirm-email/", "accounts/password/reset/", "admin/logout/"),
    *("accounts/google/login/", "accounts/3rdparty/login/", "accounts/social/"),
    "accounts/2fa/webauthn/login/",
)
# The front page, and what dialects answer where they have no address.
_OPEN_EXACTLY = (
    *("", "compat/photoroom/", "compat/backgroundfx/", "compat/cropedly/"),
    *("compat/autoenhance/", "compat/removebg/"),
)
# Dialects that keys open.
_BY_KEY = ("compat/photoroom/", "compat/autoenhance/", "compat/removebg/")
# The address is all the permission they need, and can't be guessed.
_LINKS = (
    *(
        "s/{token}/",
        "content/",
        "try/{token}/",
        "invitations/{token}/",
        "compat/backgroundfx/v1/masks/",
        "compat/autoenhance/v3/uploads/",
    ),
    "looks/pictures/",  # within pages: an image alone, so nobody is led to sign in
)
_OF_STAFF = ("admin/login/", "admin/password_change/", "admin/jsi18n/")
# Of the person, not of the account: their name, sessions and login, and keys that may only read.
_OF_VIEWERS = (
    *("api/v1/auth/me", "api/v1/auth/sessions/", "api/v1/keys", "accounts/", "language/"),
    *("settings/", "developers/", "api/v1/accounts/", "api/v1/invitations/accept"),
)
_READ_BY_FORM = ("projects/{project_id}/zip/",)

SIGN_IN = "302 to sign in"
_GONE = {"403", "404", "405"}
READING = [scope for scope in ALL_SCOPES if scope.endswith(":read")]


@pytest.fixture
def ids(shop: Shop) -> Iterator[dict[str, str]]:
    logging.disable(logging.ERROR)  # thousands of refusals
    yield stocked(shop)
    logging.disable(logging.NOTSET)


def test_nobody(ids: dict[str, str]) -> None:
    _check(nobody(), ids, _of_nobody)


def test_a_key_that_may_only_read(shop: Shop, ids: dict[str, str]) -> None:
    user = shop.caller.user
    assert user is not None
    _check(program(user, shop.caller.account, READING), ids, _of_a_key)


def test_a_stranger(ids: dict[str, str]) -> None:
    demo = create_demo("enterprise")
    stranger = person(demo.user, demo.account)
    _check(stranger, ids, _of_a_stranger, own=demo.account.pk.hex)


def test_a_viewer(shop: Shop, ids: dict[str, str]) -> None:
    """Somebody of the account itself, who sees everything and changes nothing but what is their own."""
    user, account = create_demo().user, shop.caller.account
    Member.objects.filter(user=user).update(account=account, role=Role.VIEWER)
    viewer = person(user, account, scopes=READING)
    _check(viewer, ids, _of_a_viewer, own=user.pk.hex)


def test_staff_without_a_permission(ids: dict[str, str]) -> None:
    demo = create_demo("enterprise")
    demo.user.is_staff = True
    demo.user.save(update_fields=["is_staff"])
    staff = person(demo.user, demo.account)
    _check(staff, ids, _of_staff, own=demo.account.pk.hex)


# --- What each is to be answered: None where anything will do that tells nothing of the owner's ----------


def _of_nobody(address: Address) -> set[str] | None:
    if address.kind == "api":
        return {"401"}
    if address.route in ("compat/photoroom/v1/account", "compat/photoroom/v2/account"):
        return {"400"}  # as the vendor does
    if address.route.startswith("compat/removebg/"):
        return {"403"}  # so does this one
    return {"401"} if address.kind == "compat" else {SIGN_IN}


def _of_a_key(address: Address) -> set[str] | None:
    if address.kind not in ("api", "compat"):
        return {SIGN_IN}  # no key opens a page
    if address.kind == "compat" and not address.route.startswith(_BY_KEY):
        return {"401"}
    scope = by_method(getattr(address.endpoint, "scope", None), address.method, None)
    return None if scope in READING else {"403"}


def _of_a_stranger(address: Address) -> set[str] | None:
    if address.kind == "admin":
        return {SIGN_IN, "403"} if address.route == "admin/login/" else {SIGN_IN}
    return _GONE - {"403"} if address.parameters else None


def _of_a_viewer(address: Address) -> set[str] | None:
    if address.kind == "admin":
        return _of_a_stranger(address)
    scope = by_method(getattr(address.endpoint, "scope", None), address.method, None)
    is_reading = address.method == "GET" or scope in READING or address.route in _READ_BY_FORM
    if is_reading or address.route.startswith(_OF_VIEWERS):
        return None
    return {"403"} if address.endpoint else {"403", "405"}


def _of_staff(address: Address) -> set[str] | None:
    if address.kind != "admin":
        return _of_a_stranger(address)
    if address.route == "admin/" or address.route.startswith(_OF_STAFF):
        return None
    return _GONE | ({"302"} if address.route.endswith("{object_id}/") else set())


# --- Calling all, and collecting what is wrong -------------------------------------------------------


def _check(
    visitor: Visitor,
    ids: dict[str, str],
    expected: Callable[[Address], set[str] | None],
    *,
    own: str = "none",
) -> None:
    """Have the visitor call everything, and tell all that is wrong at once; ``own`` is their account's
    id, where it isn't the owner's."""
    before = Snapshot.take()
    faults: list[str] = []
    for address in _addresses():
        # Elsewhere staff are strangers, who have been everywhere: here they ask for the owner's alone.
        if expected is not _of_staff or address.kind == "admin" or address.parameters:
            faults += _faults(visitor, address, ids, expected)
    after = Snapshot.take()
    owners = hexes(ids)
    lost = [row for row in before.rows - after.rows if own not in row]
    new = after.rows - before.rows
    is_inside = expected in (_of_nobody, _of_a_key, _of_a_viewer)  # who has no account of their own
    if expected in (_of_a_key, _of_a_viewer):  # that they exported is written down
        new = {row for row in new if not row.startswith("listings_listingexport: ")}
    strange = [row for row in new if (own not in row if is_inside else _names(row, owners))]
    files = list(before.files - after.files)
    more = [file for file in after.files - before.files if own not in file.replace("-", "")]
    faults += [f"changed or gone: {row[:300]}" for row in lost]
    faults += [f"new: {row[:300]}" for row in strange]
    faults += [f"file: {file}" for file in (*files, *more)]
    assert not faults, "\n".join(faults)


def _names(row: str, ids: set[str]) -> bool:
    return any(one in row for one in ids)


def _addresses() -> Iterator[Address]:
    """Every one that isn't open, with those that need a link of the owner's."""
    for address in all_addresses():
        is_link = address.route.startswith(_LINKS)
        is_open = address.route.startswith(_OPEN) or address.route in _OPEN_EXACTLY
        if is_link or not is_open:
            yield address


def _faults(
    visitor: Visitor,
    address: Address,
    ids: dict[str, str],
    expected: Callable[[Address], set[str] | None],
) -> Iterator[str]:
    wanted = _GONE if address.route.startswith(_LINKS) else expected(address)
    for answer in visitor.calls(address, ids):
        told = _outcome(answer)
        if wanted is not None and told not in wanted:
            yield f"{address.name}: {told}, not {' or '.join(sorted(wanted))}"
        elif answer.status_code >= 500:
            yield f"{address.name}: {told}"
        elif answer.status_code >= 400 and not _has_shape(address, answer):
            yield f"{address.name}: {told} in another shape: {answer.content[:200]!r}"
        elif (
            wanted is None
            and expected not in (_of_a_key, _of_a_viewer)
            and (leak := _leak(answer, ids))
        ):
            yield f"{address.name}: {told} tells of {leak}"


def _outcome(answer: Any) -> str:
    to = answer.headers.get("Location", "").partition("?")[0]
    is_sign_in = to in ("/accounts/login/", "/admin/login/")
    return SIGN_IN if answer.status_code == 302 and is_sign_in else str(answer.status_code)


def _has_shape(address: Address, answer: Any) -> bool:
    """Whether a refusal looks as those of this endpoint do."""
    is_json = answer.headers.get("Content-Type", "").startswith("application/json")
    if address.endpoint is None:
        return not is_json or answer.json().keys() == {"code", "message"}  # for a page's own script
    if not is_json:
        return False
    told = answer.json()
    if address.kind == "api":
        return told["success"] is False and {"error", "code"} <= told.keys()
    view = address.endpoint
    shape = (view.error_format or view.dialect.error_format).shape
    return told.keys() == shape(Failure(answer.status_code, "CODE", "Message.")).keys()


def _leak(answer: Any, ids: dict[str, str]) -> str:
    """The first of the owner's ids that an answer names and that the caller didn't."""
    is_own_log = "/calls" in answer.request["PATH_INFO"]
    if answer.streaming or answer.status_code >= 400 or is_own_log:
        return ""
    text = answer.content.decode(errors="replace")
    return next((one for one in _secret(ids) if one in text), "")


def _secret(ids: dict[str, str]) -> list[str]:
    return [one for one in ids.values() if "_" in one]
