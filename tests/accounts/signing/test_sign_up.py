"""POST /api/v1/auth/register."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.models import Account, Member, Session, User

URL = "/api/v1/auth/register"
ADA = {"email": "Ada@Example.com", "password": "a long and quiet sentence", "name": "Ada"}

pytestmark = pytest.mark.django_db


def test_register_answers_like_login(api):
    answer = api.post(URL, ADA, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert sorted(body) == ["data", "success"]
    assert sorted(body["data"]) == ["token", "user"]
    user = User.objects.get()
    assert body["data"]["user"] == {
        "id": user.public_id,
        "email": "ada@example.com",
        "name": "Ada",
        "language": "",
        "createdAt": user.date_joined.isoformat().replace("+00:00", "Z"),
    }
    cookie = answer.cookies["packshot_session"]
    assert cookie.value == body["data"]["token"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"


def test_a_user_owns_an_account_on_the_free_plan(api):
    api.post(URL, ADA, format="json")
    account = Account.objects.get()
    assert (account.name, account.plan_id) == ("Ada", "free")
    member = Member.objects.get()
    assert (member.account, member.user.email, member.role) == (account, "ada@example.com", "owner")


def test_registered_by_the_api_signs_in_on_the_page(api):
    api.post(URL, ADA, format="json")
    page = Client()
    form = {"login": "ada@example.com", "password": ADA["password"]}
    answer = page.post("/accounts/login/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/library/")
    assert page.session["_auth_user_id"] == str(User.objects.get().pk)
    assert EmailAddress.objects.get().email == "ada@example.com"


def test_registered_on_the_page_has_an_account_too():
    page = Client(headers={"user-agent": "Firefox"})
    password = ADA["password"]
    form = {"name": "Ada", "email": "Ada@Example.com", "password1": password}
    answer = page.post("/accounts/signup/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/library/")
    assert Account.objects.get().members.get().email == "ada@example.com"
    assert Session.objects.get().user_agent == "Firefox"


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"email": "ada"}, "email", "Enter a valid e-mail address."),
        ({"email": 5}, "email", "Not a valid string."),
        ({"password": "short"}, "password", "Choose a longer password: at least 8"),
        ({"password": "12345678901"}, "password", "Digits alone are easily guessed."),
        ({"password": "ada@example.com"}, "password", "too much like your e-mail address"),
        ({"name": ""}, "name", "This field may not be blank."),
        ({"nickname": "x"}, "nickname", "Unknown field."),
    ],
)
def test_what_is_wrong_is_named(api, change, field, message):
    answer = api.post(URL, {**ADA, **change}, format="json")
    assert answer.status_code == 400
    body = answer.json()
    assert (body["success"], body["code"]) == (False, "VALIDATION_ERROR")
    assert list(body["fields"]) == [field]
    assert message in " ".join(body["fields"][field])
    assert User.objects.count() == 0


def test_a_known_address_is_refused(api):
    api.post(URL, ADA, format="json")
    answer = api.post(URL, {**ADA, "email": "ADA@example.COM"}, format="json")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["email"]
    assert (User.objects.count(), Account.objects.count()) == (1, 1)


@pytest.fixture
def _mail_is_sent(settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.mark.usefixtures("_mail_is_sent")
def test_where_mail_is_sent_known_and_unknown_addresses_answer_alike(api):
    first = api.post(URL, ADA, format="json")
    second = api.post(URL, ADA, format="json")
    assert first.status_code == second.status_code == 202
    assert first.json() == second.json() == {"success": True, "data": {"verificationSent": True}}
    assert "packshot_session" not in first.cookies
    assert User.objects.count() == 1
    assert [message.to for message in mail.outbox] == [["ada@example.com"]] * 2
    assert "confirm-email" in mail.outbox[0].body
    assert "confirm-email" not in mail.outbox[1].body


@pytest.mark.usefixtures("_mail_is_sent")
def test_where_mail_is_sent_signing_in_waits_for_the_link(api):
    api.post(URL, ADA, format="json")
    credentials = {"email": ADA["email"], "password": ADA["password"]}
    refused = api.post("/api/v1/auth/login", credentials, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "EMAIL_NOT_VERIFIED")
    assert Session.objects.count() == 0
    EmailAddress.objects.update(verified=True)
    assert api.post("/api/v1/auth/login", credentials, format="json").status_code == 200


@pytest.mark.parametrize("plan", ["free", "pro"])
def test_the_setting_chooses_the_plan_of_new_accounts(api, settings, plan):
    settings.NEW_ACCOUNT_PLAN = plan
    body = {"email": "new@example.com", "password": "two-chairs-and-a-lamp", "name": "New"}
    token = api.post("/api/v1/auth/register", body, format="json").json()["data"]["token"]
    me = APIClient(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/auth/me")
    assert me.json()["data"]["plan"]["slug"] == plan
    key = api_keys.create(Account.objects.get(), User.objects.get(), name="shop")[1]
    edit = APIClient(headers={"x-api-key": key}).get(
        "/compat/photoroom/v2/edit", {"imageUrl": "http://127.0.0.1/"}
    )
    assert edit.status_code == {"free": 402, "pro": 400}[plan]


def test_a_plan_that_is_not_there_makes_no_account(api, settings):
    settings.NEW_ACCOUNT_PLAN = "gold"
    body = {"email": "new@example.com", "password": "two-chairs-and-a-lamp", "name": "New"}
    answer = api.post("/api/v1/auth/register", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    form = {"name": "New", "email": "new@example.com"} | dict.fromkeys(
        ("password1", "password2"), "two-chairs-and-a-lamp"
    )
    page = Client(raise_request_exception=False).post("/accounts/signup/", form)
    assert page.status_code == 503
    assert "Accounts can’t be made at the moment." in page.content.decode()
    assert not User.objects.exists()
