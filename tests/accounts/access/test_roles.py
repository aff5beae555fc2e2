"""Viewers see everything and change nothing; editors work; owners decide about the account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.access.permissions import HasRole
from accounts.http import Caller
from accounts.models import Account, ApiKey, Member, Role, User
from accounts.team import members, roles
from config.errors import AppError
from media_library.models import Project
from processing.compat.autoenhance.uploads import Upload
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
    assert forgot == [Upload]  # whoever was given the signed address had the role


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
        ("post", "/api/v1/buckets"),
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


@pytest.fixture
def keys(editor: User) -> dict[str, str]:
    """What the editor's programs hold: all scopes, some, and reading alone."""
    wanted = {
        "till": ["images:read", "listings:write"],
        "writer": ["jobs:write"],
        "reader": ["images:read"],
    }
    post = program(editor).post
    return {
        name: post(KEYS, {"name": name, "scopes": scopes}, format="json").json()["data"]["key"]
        for name, scopes in wanted.items()
    }


def by(plain: str) -> APIClient:
    return APIClient(headers={"x-api-key": plain})


def kept(account: Account) -> dict[str, tuple[list[str], User]]:
    rows = ApiKey.objects.filter(account=account).select_related("created_by")
    return {key.name: (key.scopes, key.created_by) for key in rows}


def said(account: Account) -> list[tuple[str, int | None]]:
    return list(account.team_events.order_by("pk").values_list("act", "keys"))


def member_path(user: User) -> str:
    return f"/api/v1/account/members/{user.public_id}"


def test_keys_of_who_becomes_a_viewer_read_alone(seller, editor, keys):
    assert by(keys["till"]).post("/api/v1/listings", {}, format="json").status_code == 201
    answer = seller.client.patch(member_path(editor), {"role": "viewer"}, format="json").json()
    assert answer["data"]["keys"] == {"ended": 1, "reduced": 1, "kept": 0}
    assert kept(seller.account) == {
        "till": (["images:read"], editor),
        "reader": (["images:read"], editor),
    }
    assert by(keys["till"]).post("/api/v1/listings", {}, format="json").status_code == 403
    assert by(keys["till"]).get("/api/v1/images").status_code == 200
    assert by(keys["writer"]).get("/api/v1/images").status_code == 401
    assert said(seller.account) == [("role", None), ("keys_ended", 1), ("keys_fewer", 1)]
    # What was taken doesn't come back by itself.
    seller.client.patch(member_path(editor), {"role": "owner"}, format="json")
    assert by(keys["till"]).post("/api/v1/listings", {}, format="json").status_code == 403


def test_keys_of_who_is_removed_end(seller, editor, keys):
    own = seller.key_client()
    answer = seller.client.delete(member_path(editor)).json()["data"]
    assert answer == {"keys": {"ended": 3, "reduced": 0, "kept": 0}}
    assert {by(plain).get("/api/v1/images").status_code for plain in keys.values()} == {401}
    assert own.get("/api/v1/images").status_code == 200
    assert said(seller.account) == [("removed", None), ("keys_ended", 3)]


def test_an_owner_keeps_keys_as_their_own(seller, editor, viewer, keys):
    answer = seller.client.patch(
        member_path(editor), {"role": "viewer", "keepKeys": True}, format="json"
    )
    assert answer.json()["data"]["keys"] == {"ended": 0, "reduced": 0, "kept": 2}
    assert kept(seller.account) == {
        "till": (["images:read", "listings:write"], seller.user),
        "writer": (["jobs:write"], seller.user),
        "reader": (["images:read"], editor),
    }
    answer = seller.client.delete(f"{member_path(editor)}?keepKeys=true").json()["data"]
    assert answer == {"keys": {"ended": 0, "reduced": 0, "kept": 1}}
    User.objects.get(pk=editor.pk).delete()
    assert {by(plain).get("/api/v1/usage").status_code for plain in keys.values()} == {403}
    assert by(keys["till"]).post("/api/v1/listings", {}, format="json").status_code == 201
    assert said(seller.account) == [
        *(("role", None), ("keys_kept", 2), ("removed", None), ("keys_kept", 1))
    ]


def test_nobody_keeps_their_own_keys_by_leaving(seller, editor, keys):
    before = kept(seller.account)
    for query, status in (("keepKeys=true", 400), ("keepKeys=perhaps", 400), ("keep=1", 400)):
        answer = program(editor).delete(f"{member_path(editor)}?{query}")
        assert (answer.status_code, answer.json()["code"]) == (status, "VALIDATION_ERROR")
    members.change_role(Caller(seller.account, seller.user), editor.pk, Role.OWNER)
    body = {"role": "viewer", "keepKeys": True}
    answer = program(editor).patch(member_path(editor), body, format="json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["keepKeys"])
    assert kept(seller.account) == before
    assert program(editor).delete(member_path(editor)).json()["data"]["keys"]["ended"] == 3
    assert kept(seller.account) == {}


def test_the_page_says_what_becomes_of_keys(seller, editor, keys):
    page = browser(seller.user)
    there = f"/settings/members/{editor.public_id}"
    asked = page.get("/settings/members/").content.decode()
    assert "Make Ed a viewer? 2 API keys that they made lose what viewers can’t do" in asked
    assert "3 API keys that they made end, too: programs that use them stop working." in asked
    leaving = browser(editor).get("/settings/members/").content.decode()
    assert "3 API keys that you made end: programs that use them stop working." in leaving
    assert "keep_keys" not in leaving
    shown = page.post(f"{there}/role/", {"role": "viewer"}, follow=True).content.decode()
    assert "An API key that they made works no more. An API key that they made only reads" in shown
    shown = page.post(f"{there}/remove/", {"keep_keys": "yes"}, follow=True).content.decode()
    assert "Ed was removed. 2 API keys that they made are yours now." in shown
    assert "took over API keys · Ed · 2<" in shown


def test_a_key_asked_for_while_its_maker_was_demoted_is_refused(seller, editor):
    """The request began while they were an editor."""
    asked = Caller(seller.account, editor, role=Role.EDITOR)
    members.change_role(Caller(seller.account, seller.user), editor.pk, Role.VIEWER)
    with pytest.raises(AppError, match="Viewers can create keys that read"):
        api_keys.give(asked, name="late")
    members.remove(Caller(seller.account, seller.user), editor.pk)
    with pytest.raises(AppError, match="not in this account any more"):
        api_keys.give(asked, name="later", scopes=["images:read"])
    assert kept(seller.account) == {}


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
