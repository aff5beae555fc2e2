"""manage.py demo_account and plan_limit."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command, load_command_class
from rest_framework.test import APIClient

from accounts.models import Plan, PlanLimit, User

ME = "/api/v1/auth/me"
pytestmark = pytest.mark.django_db


def said(*command: object) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("plan", ["free", "pro", "enterprise"])
def test_a_demo_account_works_in_every_way(plan):
    text = said("demo_account", "--plan", plan, "--json")
    assert text.count("\n") == 1
    demo = json.loads(text)
    assert list(demo) == ["email", "password", "plan", "sessionToken", "apiKey"]
    assert demo["plan"] == plan
    credentials = {"email": demo["email"], "password": demo["password"]}
    login = APIClient().post("/api/v1/auth/login", credentials, format="json")
    tokens = [demo["sessionToken"], demo["apiKey"], login.json()["data"]["token"]]
    for token in tokens:
        me = APIClient(headers={"Authorization": f"Bearer {token}"}).get(ME).json()["data"]
        assert me["user"]["email"] == demo["email"]
        assert me["plan"]["slug"] == plan
    assert EmailAddress.objects.get().verified  # else the second factor could not be switched on


def test_the_setting_chooses_the_plan_of_demo_accounts(settings):
    settings.DEMO_ACCOUNT_PLAN = "enterprise"
    assert json.loads(said("demo_account", "--json"))["plan"] == "enterprise"
    assert json.loads(said("demo_account", "--json", "--plan", "pro"))["plan"] == "pro"


def test_demo_accounts_differ():
    first, second = (json.loads(said("demo_account", "--json")) for _ in range(2))
    for name in ("email", "password", "sessionToken", "apiKey"):
        assert first[name] != second[name]


def test_without_json_it_reads_well():
    text = said("demo_account")
    assert "free" in text
    assert User.objects.get().email in text


def test_an_unknown_plan_makes_nothing():
    with pytest.raises(CommandError, match="no plan 'gold'"):
        said("demo_account", "--plan", "gold")
    assert User.objects.count() == 0


def test_plan_limit_counts_from_the_next_request(seller):
    said("plan_limit", "free", "remove-background", "7")
    quotas = seller.client.get(ME).json()["data"]["quotas"]
    [quota] = [line for line in quotas if line["operation"] == "remove-background"]
    assert quota["limit"] == 7


def test_plan_limit_says_what_a_plan_is_by_default(db):
    assert said("plan_limit", "pro", "upscale", "7") == (
        "pro: upscale, 7 per month (by default 1000).\n"
    )


def test_plan_limit_knows_no_default_of_a_plan_of_the_site_s_own(db):
    Plan.objects.create(slug="agency", name="Agency")
    assert said("plan_limit", "agency", "upscale", "7") == "agency: upscale, 7 per month.\n"


def test_plan_limit_s_help_tells_the_plans_operations_and_defaults():
    parser = load_command_class("accounts", "plan_limit").create_parser("manage.py", "plan_limit")
    text = " ".join(parser.format_help().split())
    assert "A new site starts with free (remove-background 100, edit 50, " in text
    assert "enterprise (remove-background 1,000,000, " in text


def test_plan_limit_adds_what_a_plan_lacked(seller):
    PlanLimit.objects.all().delete()
    assert seller.client.get(ME).json()["data"]["quotas"] == []
    said("plan_limit", "free", "remove-background", "0")
    assert PlanLimit.objects.get().monthly == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            ("gold", "remove-background", "1"),
            "no plan 'gold'. Available plans: free, pro, enterprise",
        ),
        (
            ("free", "teleport", "1"),
            "'teleport' is not a metered operation. Metered operations: remove-background",
        ),
        (("free", "remove-background", "many"), "invalid int value"),
    ],
)
def test_plan_limit_refuses(given, message):
    before = list(PlanLimit.objects.values())
    with pytest.raises(CommandError, match=message):
        said("plan_limit", *given)
    assert list(PlanLimit.objects.values()) == before


def test_a_negative_limit_is_refused():
    with pytest.raises(CommandError, match="0 or more"):
        said("plan_limit", "free", "remove-background", "--", "-1")
