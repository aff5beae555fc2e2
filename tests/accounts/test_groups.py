"""What somebody of the group "Support" can do in the administration, and can't."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts import groups
from accounts.models import Account, User
from tests.accounts.limits.test_exceptions import form_of

pytestmark = pytest.mark.django_db
ADMIN = "/admin/accounts"


@pytest.fixture
def helper() -> Client:
    user = User.objects.create_user("help@example.com", "a long sentence", is_staff=True)
    user.groups.add(Group.objects.get(name="Support"))
    client = Client()
    client.force_login(user)
    return client


def test_it_is_there_with_permissions_that_django_knows() -> None:
    held = Group.objects.get(name="Support").permissions.select_related("content_type")
    named = {(one.content_type.app_label, one.content_type.model, one.codename) for one in held}
    assert named == set(groups.permissions())
    for app, model, codename in named:
        assert codename.partition("_")[2] == apps.get_model(app, model)._meta.model_name
    # Not a second time beside those that Django makes itself.
    assert Permission.objects.filter(codename="view_user").count() == 1


def test_what_staff_made_of_it_stays() -> None:
    group = Group.objects.get(name="Support")
    group.permissions.clear()
    groups.seed(apps)
    assert group.permissions.count() == 0


def test_what_the_administration_has_is_all_there_to_see() -> None:
    import_module(settings.ROOT_URLCONF)  # it takes away what we don't show
    registered = {m: a for m, a in site._registry.items() if m is not Group}
    inlines = {one.model for a in registered.values() for one in a.inlines}
    seen = {apps.get_model(app, model) for app, model, _ in groups.permissions()}
    assert {*registered, *inlines} - seen == set()


def test_it_sees_everything_and_adds_nothing(helper: Client, seller: Any) -> None:
    index = helper.get("/admin/").content.decode()
    for name in ("Jobs", "Batches", "Images", "Listings", "Sold items", "Webhook deliveries"):
        assert name in index
    for app, model, codename in groups.permissions():
        url = f"/admin/{app}/{model}/"
        if codename.startswith("view") and url in index:
            assert helper.get(url).status_code == 200
            assert helper.get(f"{url}add/").status_code == 403
    assert helper.get("/admin/auth/group/").status_code == 403
    for what in (f"user/{seller.user.pk}", f"account/{seller.account.pk}", "plan/free"):
        assert helper.post(f"{ADMIN}/{what}/delete/", {"post": "yes"}).status_code == 403
    assert helper.post(f"{ADMIN}/plan/free/change/", {"name": "Gratis"}).status_code == 403


def test_it_blocks_an_account_and_makes_exceptions(helper: Client, seller: Any) -> None:
    form = form_of(seller, plan="pro", blocked="on", blocked_reason="Abuse")
    answer = helper.post(f"{ADMIN}/account/{seller.account.pk}/change/", form)
    assert answer.status_code == 302
    account = Account.objects.get(pk=seller.account.pk)
    assert (account.plan_id, account.blocked_reason) == ("free", "Abuse")
    assert account.exceptions.get().amount == 500


def test_it_helps_people_and_takes_nobody_over(helper: Client, seller: Any) -> None:
    TOTP.activate(seller.user, "JBSWY3DPEHPK3PXP")
    url = f"{ADMIN}/user/{seller.user.pk}"
    old = seller.user.password
    form = {
        **form_of(seller),
        "name": "Ada L.",
        "is_active": "on",
        "email": "mine@example.com",
        "is_superuser": "on",
        "is_staff": "on",
        "groups": str(Group.objects.get().pk),
    }
    assert helper.post(f"{url}/change/", form).status_code == 302
    changed = User.objects.get(pk=seller.user.pk)
    assert (changed.name, changed.email, changed.password) == ("Ada L.", "ada@example.com", old)
    assert not (changed.is_staff)
    assert not (changed.is_superuser)
    assert not (changed.groups.exists())
    password = {"password1": "a long and quiet phrase", "password2": "a long and quiet phrase"}
    assert helper.post(f"{url}/password/", password).status_code == 403
    reset = {"action": "reset_second_factor", "_selected_action": [str(seller.user.pk)]}
    helper.post(f"{ADMIN}/user/", reset)
    assert not Authenticator.objects.exists()


def test_staff_are_out_of_its_reach(helper: Client) -> None:
    boss = User.objects.create_superuser("root@example.com", "a long sentence")
    TOTP.activate(boss, "JBSWY3DPEHPK3PXP")
    for user in (boss, User.objects.get(email="help@example.com")):
        url = f"{ADMIN}/user/{user.pk}"
        form = {"name": "x", "is_active": "", "is_superuser": "on", "email": user.email}
        assert helper.get(f"{url}/change/").status_code == 200
        assert helper.post(f"{url}/change/", form).status_code == 403
        assert helper.post(f"{url}/password/", {}).status_code == 403
    reset = {"action": "reset_second_factor", "_selected_action": [str(boss.pk)]}
    helper.post(f"{ADMIN}/user/", reset)
    assert Authenticator.objects.get().user == boss
    assert not User.objects.get(email="help@example.com").is_superuser
