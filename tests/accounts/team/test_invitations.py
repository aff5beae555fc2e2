"""Invitations: a link to one address, which works once and for a week; and who is in an account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.http import Caller
from accounts.lifecycle import erasing
from accounts.models import Account, Invitation, Member, Role, TeamEvent, User
from accounts.team import invitation_mail, invitations, members
from tests.stand_ins import PASSWORD, browser, colleague, program

INVITATIONS = "/api/v1/account/invitations"
MEMBERS = "/api/v1/account/members"
ACCEPT = "/api/v1/invitations/accept"
ME = "/api/v1/auth/me"
BEN = "ben@example.com"
pytestmark = pytest.mark.django_db


def invite(seller: Any, email: str = BEN, role: str = "editor") -> tuple[str, str]:
    """The invitation's id and its link's token, on a site that sends no mail."""
    answer = seller.client.post(INVITATIONS, {"email": email, "role": role}, format="json")
    assert answer.status_code == 201
    made = answer.json()["data"]
    return made["id"], made["url"].rstrip("/").rpartition("/")[2]


def accept(user: User, token: str) -> Any:
    return program(user).post(ACCEPT, {"token": token}, format="json")


def rows() -> list[Any]:
    return [*Member.objects.values("account", "user", "role"), *Invitation.objects.values()]


def test_an_invited_person_joins_and_works_there(seller, stranger):
    invite(seller, stranger.user.email.upper(), "viewer")
    _, token = invite(seller)
    [listed, _] = seller.client.get(INVITATIONS).json()["data"]["items"]
    assert (listed["email"], listed["role"], listed["state"]) == (BEN, "editor", "pending")
    assert "url" not in listed
    assert not Invitation.objects.filter(digest__contains=token).exists()
    ben = User.objects.create_user(BEN, PASSWORD, name="Ben")
    joined = accept(ben, token).json()["data"]
    assert (joined["id"], joined["role"]) == (seller.account.public_id, "editor")
    people = seller.client.get(MEMBERS).json()["data"]["items"]
    assert [(one["user"]["email"], one["role"]) for one in people] == [
        ("ada@example.com", "owner"),
        (BEN, "editor"),
    ]
    mine = program(ben)
    both = mine.get("/api/v1/accounts").json()["data"]["items"]
    assert [one["current"] for one in both] == [True, False]
    chosen = mine.post(f"/api/v1/accounts/{seller.account.public_id}/choose")
    assert chosen.json()["data"]["current"] is True
    me = mine.get(ME).json()["data"]
    assert (me["account"]["id"], me["role"]) == (seller.account.public_id, "editor")
    assert mine.post(f"/api/v1/accounts/{stranger.account.public_id}/choose").status_code == 404
    own = Account.objects.get(members=ben, name="Ben")
    wanted = {"email": BEN, "password": PASSWORD, "account": own.public_id}
    EmailAddress.objects.create(user=ben, email=BEN, primary=True, verified=True)
    token = APIClient().post("/api/v1/auth/login", wanted, format="json").json()["data"]["token"]
    signed_in = APIClient(headers={"Authorization": f"Bearer {token}"})
    assert signed_in.get(ME).json()["data"]["account"]["id"] == own.public_id
    wanted["account"] = stranger.account.public_id
    refused = APIClient().post("/api/v1/auth/login", wanted, format="json")
    assert (refused.status_code, list(refused.json()["fields"])) == (400, ["account"])


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        ("used", 410, "INVITATION_USED"),
        ("revoked", 410, "INVITATION_REVOKED"),
        ("expired", 410, "INVITATION_EXPIRED"),
        ("another", 403, "FORBIDDEN"),
        ("sent again", 404, "NOT_FOUND"),
        ("a member", 409, "CONFLICT"),
        ("closed", 404, "NOT_FOUND"),
    ],
)
def test_a_link_that_does_not_work_says_why(seller, stranger, spoil, status, code):
    pk, token = invite(seller)
    who = User.objects.create_user(BEN, PASSWORD, name="Ben")
    if spoil == "used":
        assert accept(who, token).status_code == 200
    elif spoil == "revoked":
        assert seller.client.delete(f"{INVITATIONS}/{pk}").status_code == 200
    elif spoil == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif spoil == "another":
        who = stranger.user
    elif spoil == "sent again":
        assert seller.client.post(f"{INVITATIONS}/{pk}/resend").json()["data"]["url"]
    elif spoil == "a member":
        Member.objects.create(account=seller.account, user=who, role=Role.VIEWER)
    else:
        Account.objects.filter(pk=seller.account.pk).update(closed_at=timezone.now())
    program(who).get(ME)
    before = rows()
    answer = accept(who, token)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    page = browser(who)
    shown = page.post(f"/invitations/{token}/")
    assert shown.status_code == status
    if code != "CONFLICT":  # a member is shown the button all the same
        assert page.get(f"/invitations/{token}/").status_code == status
    assert rows() == before


def test_whoever_is_new_signs_up_by_the_link(seller, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.MAIL_IS_SENT = True
    made, _ = invitations.invite(Caller(seller.account, seller.user), email=BEN, role=Role.VIEWER)
    Invitation.objects.filter(pk=made.pk).update(digest=invitations.key_hash("t" * 43))
    link, page = f"/invitations/{'t' * 43}/", Client()
    assert b'name="password"' in page.get(link).content
    weak = page.post(link, {"name": "Ben", "password": "short"})
    assert weak.status_code == 422
    assert not User.objects.filter(email=BEN).exists()
    done = page.post(link, {"name": "Ben", "password": PASSWORD}, follow=True)
    assert done.redirect_chain == [("/home/", 302)]
    assert "You are in “Ada” now." in done.content.decode()
    ben = User.objects.get(email=BEN)
    assert EmailAddress.objects.get(user=ben).verified  # the link has shown it: no other mail
    assert list(ben.memberships.values_list("account", "role")) == [(seller.account.pk, "viewer")]
    assert mail.outbox == []
    assert Client().get(link).status_code == 410


def test_whoever_has_a_login_is_asked_to_sign_in(seller, stranger):
    _, token = invite(seller, stranger.user.email)
    link, page = f"/invitations/{token}/", Client()
    shown = page.get(link).content.decode()
    assert f"/accounts/login/?next={link}" in shown
    assert 'name="password"' not in shown
    assert page.post(link, {"name": "X", "password": PASSWORD}).status_code == 200
    assert not Member.objects.filter(account=seller.account, user=stranger.user).exists()
    other = browser(colleague(seller.account, Role.VIEWER, "vic@example.com")).get(link)
    assert other.status_code == 403
    assert "e…@example.com" in other.content.decode()
    page.force_login(stranger.user)
    assert b"Join" in page.get(link).content
    assert page.post(link).status_code == 302
    assert "“Ada”" in page.get("/settings/members/").content.decode()


def test_the_mail(seller, settings, monkeypatch, django_capture_on_commit_callbacks):
    settings.MAIL_IS_SENT = True
    monkeypatch.setattr(invitation_mail.send_invitation, "send", invitation_mail.send_invitation.fn)
    User.objects.filter(pk=seller.user.pk).update(language="de")
    with django_capture_on_commit_callbacks(execute=True):
        answer = seller.client.post(INVITATIONS, {"email": BEN}, format="json")
    assert answer.json()["data"]["url"] is None
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == ([BEN], "Packshot: Ada lädt dich zu Ada ein")
    [link] = re.findall(r"http\S+/invitations/[\w-]{43}/", sent.body)
    assert link in sent.alternatives[0][0]
    assert "Deine Rolle dort: Bearbeiten." in sent.body
    ben = User.objects.create_user(BEN, PASSWORD)
    assert accept(ben, link.rstrip("/").rpartition("/")[2]).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "email"),
        ({"email": "ben"}, 400, "email"),
        ({"email": BEN, "role": "boss"}, 400, "role"),
        ({"email": "ada@example.com"}, 409, None),
        ({"email": "Known@example.com"}, 409, None),
    ],
)
def test_what_cannot_be_invited(seller, body, status, field):
    invite(seller, "known@example.com")
    before = rows()
    answer = seller.client.post(INVITATIONS, body, format="json")
    assert answer.status_code == status
    assert field is None or list(answer.json()["fields"]) == [field]
    page = browser(seller.user).post("/settings/members/invite/", {"role": "editor", **body})
    assert page.status_code == (422 if status == 400 else 409)
    assert rows() == before


def test_a_link_that_was_used_says_so(seller, stranger):
    _, token = invite(seller)
    link = f"/invitations/{token}/"
    joined = Client()
    assert joined.post(link, {"name": "Ben", "password": PASSWORD}).status_code == 302
    again = joined.get(link)
    assert again.status_code == 410
    told = again.content.decode()
    assert "<h1>You are in “Ada” already</h1>" in told
    assert "Your role: Editor." in told
    assert 'href="/home/">Home</a>' in told
    assert "410" not in told
    # Ben has another account since, and works there.
    ben = User.objects.get(email=BEN)
    Member.objects.create(account=stranger.account, user=ben, role=Role.VIEWER)
    elsewhere = browser(ben)
    members.choose(ben, stranger.account.pk)
    elsewhere.post(f"/settings/accounts/{stranger.account.public_id}/choose/")
    told = elsewhere.get(link).content.decode()
    assert f"/settings/accounts/{seller.account.public_id}/choose/" in told
    # Nobody else is told whose it was.
    for client, offered in ((Client(), "/accounts/login/"), (browser(stranger.user), "/home/")):
        answer = client.get(link)
        told = answer.content.decode()
        assert answer.status_code == 410
        assert "<h1>This invitation was used</h1>" in told
        assert f'href="{offered}"' in told
        assert "“Ada”" not in told.partition("<main")[2].partition("</main>")[0]
        assert client.post(link, {"name": "E", "password": PASSWORD}).status_code == 410
    assert Member.objects.filter(account=seller.account).count() == 2


def test_an_office_of_ten_joins_from_one_address(seller, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "invite": "100/h", "join": "2/15m"}
    tokens = [invite(seller, f"p{number}@example.com")[1] for number in range(10)]
    for number, token in enumerate(tokens):
        form = {"name": f"P{number}", "password": PASSWORD}
        assert Client().post(f"/invitations/{token}/", form).status_code == 302
    assert Member.objects.filter(account=seller.account).count() == 11
    # Trying passwords by one link has an end, at its address alone.
    _, one = invite(seller, "slow@example.com")
    short = {"name": "S", "password": "short"}
    tries = [Client().post(f"/invitations/{one}/", short).status_code for _ in range(3)]
    assert tries == [422, 422, 429]
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    form = {"name": "S", "password": PASSWORD}
    assert elsewhere.post(f"/invitations/{one}/", form).status_code == 302


def test_tokens_that_never_were_are_not_guessed_at(seller, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "invitation-links": "3/15m"}
    _, token = invite(seller)
    wrong = [Client().get(f"/invitations/{number}{token[1:]}/").status_code for number in range(4)]
    assert wrong == [404, 404, 404, 429]
    refused = Client().get(f"/invitations/{token}/")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 900
    assert Client(REMOTE_ADDR="203.0.113.9").get(f"/invitations/{token}/").status_code == 200


def test_there_is_an_end_to_invitations(seller, settings, monkeypatch):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "invite": "3/h"}
    monkeypatch.setattr(invitations, "MOST", 1)
    pk, _ = invite(seller)
    assert seller.client.post(INVITATIONS, {"email": "c@example.com"}).status_code in (409, 415)
    full = seller.client.post(INVITATIONS, {"email": "c@example.com"}, format="json")
    assert (full.status_code, full.json()["code"]) == (409, "CONFLICT")
    assert seller.client.post(f"{INVITATIONS}/{pk}/resend").status_code == 429
    assert browser(seller.user).post("/settings/members/invite/", {}).status_code == 429


def test_an_expired_invitation_makes_room_for_another(seller):
    invite(seller)
    left = Invitation.objects.get().expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < left < timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now())
    [old] = seller.client.get(INVITATIONS).json()["data"]["items"]
    assert old["state"] == "expired"
    pk, _ = invite(seller)
    assert [one["id"] for one in seller.client.get(INVITATIONS).json()["data"]["items"]] == [pk]


def test_owners_alone_decide_who_is_in(seller, stranger):
    editor = colleague(seller.account, Role.EDITOR, "ed@example.com")
    pk, _ = invite(seller)
    before = rows()
    ada = f"{MEMBERS}/{seller.user.public_id}"
    for client, refused in (
        (program(editor), {403}),
        (seller.key_client(), {403}),
        (stranger.client, {404}),
        (APIClient(), {401}),
    ):
        for method, path, body in (
            ("patch", ada, {"role": "viewer"}),
            ("delete", ada, None),
            ("delete", f"{INVITATIONS}/{pk}", None),
            ("post", f"{INVITATIONS}/{pk}/resend", None),
        ):
            answer = getattr(client, method)(path, body, format="json")
            assert answer.status_code in refused, (method, path)
    assert program(editor).get(INVITATIONS).status_code == 403
    page = browser(editor)
    for path in (
        "/settings/members/invite/",
        f"/settings/members/{seller.user.public_id}/role/",
        f"/settings/members/{seller.user.public_id}/remove/",
        f"/settings/invitations/{pk}/revoke/",
        f"/settings/invitations/{pk}/resend/",
    ):
        assert page.post(path, {"role": "viewer", "email": "x@example.com"}).status_code == 403
    shown = page.get("/settings/members/").content.decode()
    assert BEN not in shown
    assert "/invite/" not in shown
    assert rows() == before


def test_the_page_of_people(seller):
    vic = colleague(seller.account, Role.VIEWER, "vic@example.com")
    page = browser(seller.user)
    link = page.post("/settings/members/invite/", {"email": BEN, "role": "viewer"})
    assert link.status_code == 201
    assert len(re.findall(r"http\S+/invitations/[\w-]{43}/", link.content.decode())) == 1
    there = f"/settings/members/{vic.public_id}"
    assert page.post(f"{there}/role/", {"role": "boss"}).status_code == 400
    page.post(f"{there}/role/", {"role": "editor"})
    assert Member.objects.get(user=vic).role == "editor"
    gone = page.post(f"{there}/remove/", follow=True).content.decode()
    assert "Vic was removed." in gone
    assert "The only owner: make somebody else one to change this." in gone
    mine = f"/settings/members/{seller.user.public_id}/remove/"
    assert page.post(mine).status_code == 409
    acts = TeamEvent.objects.filter(account=seller.account).order_by("pk")
    assert [(one.act, one.by, one.user, one.email) for one in acts] == [
        ("invited", seller.user, None, BEN),
        ("role", seller.user, vic, ""),
        ("removed", seller.user, vic, ""),
    ]


def test_who_leaves_goes_on_elsewhere(seller):
    vic = colleague(seller.account, Role.VIEWER, "vic@example.com")
    page = browser(vic)
    left = page.post(f"/settings/members/{vic.public_id}/remove/", follow=True)
    assert left.redirect_chain == [("/home/", 302)]
    assert "You have left “Ada”." in left.content.decode()
    assert page.get("/settings/members/").context["account"].name == "Vic"
    assert TeamEvent.objects.get().act == "left"


def test_choosing_an_account_on_the_page(seller, stranger):
    Member.objects.create(account=stranger.account, user=seller.user, role=Role.VIEWER)
    page = browser(seller.user)
    assert stranger.account.public_id in page.get("/home/").content.decode()
    page.post(f"/settings/accounts/{stranger.account.public_id}/choose/")
    assert page.get("/settings/members/").context["account"] == stranger.account
    assert "viewing.css" in page.get("/home/").content.decode()
    members.remove(Caller(stranger.account, stranger.user), seller.user.pk)
    assert page.get("/settings/members/").status_code == 302  # signed out: it worked there


def test_who_is_deleted_is_named_no_more(seller):
    _, token = invite(seller)
    ben = User.objects.create_user(BEN, PASSWORD, name="Ben")
    accept(ben, token)
    answer = program(ben).post(f"{ME}/delete", {"password": PASSWORD}, format="json")
    assert answer.status_code == 202
    assert erasing.erase(Account.objects.get(name="Ben").pk)
    assert not Invitation.objects.filter(email=BEN).exists()
    assert not TeamEvent.objects.filter(email=BEN).exists()
    page = browser(seller.user).get("/settings/members/")
    assert "Somebody who is gone: " in page.content.decode()


def test_an_editor_who_deletes_their_sign_in_leaves_the_account_as_it_is(seller):
    ben = colleague(seller.account, Role.EDITOR, BEN)
    page = browser(ben)
    asked = page.get("/settings/account/delete/").content.decode()
    assert "which stays as it is" in asked
    assert "What goes with it" not in asked
    assert page.post("/settings/account/delete/", {"password": PASSWORD}).status_code == 302
    assert not User.objects.filter(email=BEN).exists()
    assert Account.objects.filter(pk=seller.account.pk, closed_at=None).exists()
