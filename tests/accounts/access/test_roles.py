"""Viewers see everything and change nothing; editors work; owners decide about the account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts.access.permissions import HasRole
from accounts.http import Caller
from accounts.models import Account, ApiKey, Member, Role, User
from accounts.team import members, roles
from config.errors import AppError
from media_library.models import Project
from tests.stand_ins import PASSWORD, browser, colleague, program

ME = "/api/v1/auth/me"
KEYS = "/api/v1/keys"
REFUSED = "You are a viewer in this account: viewers see everything and change nothing."
OWNERS_ONLY = "Only owners of the account may do that."
pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(seller: Any) -> User:
    return colleague(seller.account, Role.VIEWER, "vic@example.com")


@pytest.fixture
def editor(seller: Any) -> User:
    return colleague(seller.account, Role.EDITOR, "ed@example.com")


class Toy:
    scope = {"GET": "images:write", "PUT": "images:read", "PATCH": None}
    role = {"DELETE": Role.OWNER}


def test_what_says_nothing_takes_an_editor_unless_it_reads():
    assert [roles.needed(object(), method) for method in ("GET", "POST", "TRACE", None)] == [
        *(Role.VIEWER, Role.EDITOR, Role.EDITOR, Role.EDITOR)
    ]
    assert {
        method: roles.needed(Toy, method) for method in ("GET", "PUT", "PATCH", "DELETE", "POST")
    } == {
        "GET": Role.EDITOR,
        "PUT": Role.VIEWER,
        "PATCH": Role.EDITOR,
        "DELETE": Role.OWNER,
        "POST": Role.EDITOR,
    }


def endpoints(patterns: Any = None) -> Iterator[Any]:
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLResolver):
            yield from endpoints(one.url_patterns)
        elif isinstance(one, URLPattern) and hasattr(one.callback, "cls"):
            yield one.callback.cls


def test_every_endpoint_that_asks_who_calls_asks_for_the_role():
    ours = [view for view in endpoints() if not view.__module__.startswith("drf_spectacular")]
    assert len(ours) > 80
    forgot = [
        view
        for view in ours
        if view.authentication_classes
        and not any(issubclass(one, HasRole) for one in view.permission_classes)
    ]
    assert forgot == []


def test_a_viewer_reads_by_the_api_and_changes_nothing(seller, viewer):
    client = program(viewer)
    assert client.get(ME).json()["data"]["account"]["id"] == seller.account.public_id
    assert client.get("/api/v1/projects").status_code == 200
    assert client.post("/api/v1/listings/export", {}, format="json").status_code == 400  # it reads
    for method, path in (
        ("post", "/api/v1/images/move"),
        ("post", "/api/v1/listings"),
        ("patch", "/api/v1/images/img_unknown"),
        ("delete", "/api/v1/trash"),
        ("post", "/api/v1/webhooks"),
    ):
        answer = getattr(client, method)(path, {}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN"), path
        assert answer.json()["error"].startswith(REFUSED)
    assert client.put("/api/v1/trash", {}, format="json").status_code == 405
    # By the site's cookie as by a token.
    answer = browser(viewer).post("/api/v1/listings", {}, content_type="application/json")
    assert answer.json()["error"].startswith(REFUSED)


def test_viewers_change_what_is_their_own(seller, viewer):
    client = program(viewer)
    assert client.patch(ME, {"name": "Vic"}, format="json").status_code == 200
    for change in ({"currency": "CHF"}, {"name": "V", "webOrigins": []}):
        assert client.patch(ME, change, format="json").status_code == 403
    viewer.refresh_from_db()
    assert viewer.name == "Vic"
    page = browser(viewer)
    assert b'name="currency"' not in page.get("/settings/").content
    assert page.post("/settings/", {"name": "Victor", "currency": "CHF"}).status_code == 302
    viewer.refresh_from_db()
    assert (viewer.name, Account.objects.get(pk=seller.account.pk).currency) == ("Victor", "USD")
    done = client.post(f"{ME}/delete", {"password": PASSWORD}, format="json")
    assert done.status_code == 202
    assert Account.objects.filter(pk=seller.account.pk, closed_at=None).exists()


def test_viewers_make_keys_that_read(seller, viewer):
    client = program(viewer)
    for body in ({"name": "all"}, {"name": "w", "scopes": ["images:read", "images:write"]}):
        answer = client.post(KEYS, body, format="json")
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["scopes"])
    body = {"name": "reader", "scopes": ["images:read"]}
    assert client.post(KEYS, body, format="json").status_code == 201
    page = browser(viewer)
    assert b"images:write" not in page.get("/developers/").content
    wrong = {"name": "w", "lifetime": "", "scopes": ["images:write"]}
    assert page.post("/developers/", wrong).status_code == 422
    assert ApiKey.objects.get(account=seller.account).scopes == ["images:read"]


def test_keys_of_others_are_the_owners_to_revoke(seller, editor, viewer):
    seller.key_client()
    [key] = seller.client.get(KEYS).json()["data"]["items"]
    for user in (editor, viewer):
        answer = program(user).delete(f"{KEYS}/{key['id']}")
        assert (answer.status_code, answer.json()["error"]) == (403, OWNERS_ONLY)
        assert browser(user).post(f"/developers/keys/{key['id']}/revoke/").status_code == 403
        assert b"/revoke/" not in browser(user).get("/developers/").content
    assert ApiKey.objects.count() == 1
    mine = program(editor).post(KEYS, {"name": "mine"}, format="json").json()["data"]["id"]
    assert b"by Ed" in browser(seller.user).get("/developers/").content
    assert program(editor).delete(f"{KEYS}/{mine}").status_code == 200
    assert seller.client.delete(f"{KEYS}/{key['id']}").status_code == 200


def test_a_key_acts_with_its_scopes_whatever_becomes_of_its_maker(seller, editor):
    client = program(editor)
    plain = client.post(KEYS, {"name": "till"}, format="json").json()["data"]["key"]
    till = APIClient(headers={"x-api-key": plain})
    members.change_role(Caller(seller.account, seller.user), editor.pk, Role.VIEWER)
    assert till.post("/api/v1/listings", {}, format="json").status_code == 201
    members.remove(Caller(seller.account, seller.user), editor.pk)
    assert till.get("/api/v1/usage").status_code == 200
    assert client.get("/api/v1/usage").status_code == 401  # the session worked in the account


def test_pages_show_a_viewer_all_and_take_nothing(seller, viewer):
    page = browser(viewer)
    for path in ("/home/", "/library/", "/projects/", "/listings/", "/looks/", "/developers/"):
        assert page.get(path).status_code == 200, path
    answer = page.post("/projects/", {"name": "Spring"})
    assert answer.status_code == 403
    assert REFUSED in answer.content.decode()
    toast = page.post("/projects/", {"name": "Spring"}, headers={"HX-Request": "true"})
    assert (toast.status_code, toast["HX-Retarget"]) == (403, "#notices")
    for path in ("/listings/new/", "/looks/new/", "/batches/new/"):
        assert page.get(path).status_code == 403, path
    # One form of several acts: taking pictures away as a ZIP changes nothing.
    wanted = {"action": "delete", "images": "img_unknown"}
    assert page.post("/library/selected/", wanted).status_code == 403
    assert page.post("/library/selected/", {**wanted, "action": "zip"}).status_code == 400
    assert not Project.objects.filter(name="Spring").exists()


def test_the_account_as_a_whole_is_the_owners(seller, editor):
    for path in ("/api/v1/account/export", "/api/v1/account/export/content"):
        answer = program(editor).get(path)
        assert (answer.status_code, answer.json()["error"]) == (403, OWNERS_ONLY)
    page = browser(editor)
    assert page.get("/settings/data/").status_code == 403
    assert b"Export my data" not in page.get("/settings/").content
    assert b"Export my data" in browser(seller.user).get("/settings/").content


def test_an_account_keeps_an_owner(seller, editor, viewer, stranger):
    ada, ed = Caller(seller.account, seller.user), Caller(seller.account, editor)
    for act in (
        lambda: members.remove(ada, seller.user.pk),
        lambda: members.change_role(ada, seller.user.pk, Role.EDITOR),
    ):
        with pytest.raises(AppError, match="needs an owner") as refused:
            act()
        assert refused.value.status == 409
    for act in (
        lambda: members.remove(ed, viewer.pk),
        lambda: members.change_role(ed, editor.pk, Role.OWNER),
    ):
        with pytest.raises(AppError, match="Only owners"):
            act()
    with pytest.raises(AppError, match="Member not found"):
        members.change_role(ada, stranger.user.pk, Role.OWNER)
    members.change_role(ada, editor.pk, Role.OWNER)
    members.remove(ed, seller.user.pk)
    left = Member.objects.filter(account=seller.account).values_list("user__email", "role")
    assert sorted(left) == [("ed@example.com", "owner"), ("vic@example.com", "viewer")]
    # Ada's session worked there; signed in anew, she has an account of her own.
    assert seller.client.get(ME).status_code == 401
    assert program(seller.user).get(ME).json()["data"]["account"]["name"] == "Ada"


def test_a_session_works_in_one_account(seller, stranger):
    """Whatever the person joins or chooses elsewhere, a program's work lands where it did."""
    Member.objects.create(account=stranger.account, user=seller.user, role=Role.VIEWER)
    there = members.choose(seller.user, stranger.account.pk)
    assert there.account == stranger.account
    chosen = program(seller.user)
    assert seller.client.get(ME).json()["data"]["account"]["id"] == seller.account.public_id
    assert chosen.get(ME).json()["data"]["account"]["id"] == stranger.account.public_id
    assert chosen.post("/api/v1/listings", {}, format="json").status_code == 403
    members.remove(Caller(stranger.account, stranger.user), seller.user.pk)
    assert chosen.get(ME).status_code == 401
    assert seller.client.get(ME).status_code == 200
    with pytest.raises(AppError, match="Account not found"):
        members.choose(seller.user, stranger.account.pk)
