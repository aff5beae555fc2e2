"""What staff see and may change."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from accounts.access import api_keys
from accounts.limits import quotas
from accounts.limits.operations import REMOVE_BACKGROUND
from accounts.models import (
    Account,
    ApiKey,
    Member,
    Plan,
    PlanLimit,
    Role,
    Session,
    UsageEntry,
    User,
)
from tests.stand_ins import colleague

pytestmark = pytest.mark.django_db
MODELS = ("user", "account", "plan", "apikey", "session", "usagemonth", "usageentry")


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "a long sentence"))
    return client


@pytest.fixture
def busy(seller):
    """A seller with a row of everything."""
    api_keys.create(seller.account, seller.user, name="shop")
    quotas.reserve(seller.account, REMOVE_BACKGROUND, job_id=uuid4())
    return seller


def test_signing_in_goes_through_the_sites_own_page():
    answer = Client().get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/login/?next=%2Fadmin%2F"


def test_sellers_do_not_get_in(seller):
    client = Client()
    client.force_login(seller.user)
    assert client.get("/admin/accounts/user/").status_code == 302
    assert client.get("/admin/login/").status_code == 403


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("model", MODELS)
def test_lists_and_rows_open_and_search(staff, model):
    answer = staff.get(f"/admin/accounts/{model}/", {"q": "ada"})
    assert answer.status_code == 200
    row = staff.get(f"/admin/accounts/{model}/").context["cl"].result_list[0]
    opened = staff.get(f"/admin/accounts/{model}/{row.pk}/change/")
    assert opened.status_code == 200


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("model", ["session", "usagemonth", "usageentry"])
def test_history_is_read_only(staff, model):
    row = staff.get(f"/admin/accounts/{model}/").context["cl"].result_list[0]
    assert staff.get(f"/admin/accounts/{model}/add/").status_code == 403
    assert staff.post(f"/admin/accounts/{model}/{row.pk}/change/", {}).status_code == 403
    assert staff.post(f"/admin/accounts/{model}/{row.pk}/delete/", {"post": 1}).status_code == 403
    assert UsageEntry.objects.count() == 1


def test_the_session_list_shows_no_hash(staff, seller):
    row = Session.objects.get(user=seller.user)
    page = staff.get(f"/admin/accounts/session/{row.pk}/change/").content.decode()
    assert row.public_id in page
    assert row.key_hash not in page


def test_a_plans_limits_are_edited_in_place(staff):
    PlanLimit.objects.exclude(operation="remove-background").delete()
    limit = PlanLimit.objects.get(plan="free")
    form = {
        "name": "Free",
        "position": "0",
        "batch_size": "100",
        "running_jobs": "8",
        "resources": "0",
        "limits-TOTAL_FORMS": "1",
        "limits-INITIAL_FORMS": "1",
        "limits-0-id": str(limit.pk),
        "limits-0-plan": "free",
        "limits-0-operation": "remove-background",
        "limits-0-monthly": "25",
        "slug": "changed",
    }
    assert staff.post("/admin/accounts/plan/free/change/", form).status_code == 302
    limit.refresh_from_db()
    assert limit.monthly == 25
    assert list(Plan.objects.values_list("slug", flat=True)) == ["free", "pro", "enterprise"]


def test_an_account_is_changed_but_for_its_plan(staff, seller):
    member = seller.account.memberships.get()
    form = {
        "name": "Ada's shop",
        "plan": "pro",
        "currency": "GBP",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(member.pk),
        "memberships-0-account": str(seller.account.pk),
        "memberships-0-user": str(seller.user.pk),
        "memberships-0-role": "owner",
        "invitations-TOTAL_FORMS": "0",
        "invitations-INITIAL_FORMS": "0",
        "exceptions-TOTAL_FORMS": "0",
        "exceptions-INITIAL_FORMS": "0",
        "web_origins-TOTAL_FORMS": "1",
        "web_origins-INITIAL_FORMS": "0",
        "web_origins-0-account": str(seller.account.pk),
        "web_origins-0-origin": "Shop.Example",
    }
    url = f"/admin/accounts/account/{seller.account.pk}/change/"
    assert staff.post(url, form).status_code == 302
    assert Account.objects.get(pk=seller.account.pk).plan_id == "free"  # the desk changes it
    assert Account.objects.get(pk=seller.account.pk).currency == "GBP"
    assert seller.account.web_origins.get().origin == "https://shop.example"
    assert staff.post(url, {**form, "web_origins-0-origin": "a shop"}).status_code == 200
    kept = {**form, "web_origins-TOTAL_FORMS": "0"}
    refused = staff.post(url, {**kept, "memberships-0-role": "editor"}).content.decode()
    assert "The account “Ada&#x27;s shop” needs an owner." in refused
    assert seller.account.memberships.get().role == "owner"
    assert staff.post(url, {**kept, "memberships-0-DELETE": "on"}).status_code == 302  # all go
    assert not seller.account.memberships.exists()
    Member.objects.create(account=seller.account, user=seller.user, role=Role.OWNER)
    assert seller.client.get("/api/v1/auth/me").json()["data"]["plan"]["slug"] == "free"


def test_keys_follow_the_roles_that_staff_give(staff, seller):
    ed = colleague(seller.account, Role.EDITOR, "ed@example.com")
    for name, scopes in (("till", ["images:read", "jobs:write"]), ("writer", ["jobs:write"])):
        api_keys.create(seller.account, ed, name=name, scopes=scopes)
    member = ed.memberships.get()
    form = {
        "email": ed.email,
        "name": "Ed",
        "is_active": "on",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "1",
        "memberships-0-id": str(member.pk),
        "memberships-0-account": str(seller.account.pk),
        "memberships-0-user": str(ed.pk),
        "memberships-0-role": "editor",
    }
    url = f"/admin/accounts/user/{ed.pk}/change/"
    for change, left in (
        ({}, {"till": ["images:read", "jobs:write"], "writer": ["jobs:write"]}),
        ({"memberships-0-role": "viewer"}, {"till": ["images:read"]}),
        ({"memberships-0-DELETE": "on"}, {}),
    ):
        assert staff.post(url, {**form, **change}).status_code == 302
        assert dict(seller.account.api_keys.values_list("name", "scopes")) == left


def test_a_key_can_be_switched_off_and_nothing_else(staff, seller):
    key, plain = api_keys.create(seller.account, seller.user, name="shop")
    form = {"name": "renamed", "scopes": "[]", "expires_at_0": "", "expires_at_1": ""}
    assert staff.post(f"/admin/accounts/apikey/{key.pk}/change/", form).status_code == 302
    kept = ApiKey.objects.get()
    assert (kept.enabled, kept.name, kept.scopes) == (False, "shop", key.scopes)
    assert api_keys.find(plain) is None
    assert staff.get("/admin/accounts/apikey/add/").status_code == 403


def test_users_are_added_by_e_mail(staff):
    password = "a long and quiet sentence"
    form = {
        "email": "New@Example.com",
        "name": "New",
        "usable_password": "true",
        "password1": password,
        "password2": password,
    }
    assert staff.post("/admin/accounts/user/add/", form).status_code == 302
    user = User.objects.get(email="new@example.com")
    assert user.check_password(password)
    again = staff.post("/admin/accounts/user/add/", form)
    assert again.status_code == 200
    assert "already exists" in again.content.decode()
