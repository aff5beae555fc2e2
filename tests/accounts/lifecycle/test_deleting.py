"""Deleting a person or an account: nobody gets in, nothing is left but one line of numbers."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import dramatiq
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts import services
from accounts.access import api_keys
from accounts.http import Caller
from accounts.lifecycle import closing, erasing, parts, tasks
from accounts.models import Account, FormerAccount, Member, Role, User
from config.errors import AppError
from listings.models import Comparable, ComparableImport, Listing, ListingChange, ListingImage
from media_library.files.links import content_url
from media_library.models import Image, Project
from processing.commands import RemoveBackground
from processing.engine.plans.cutout import CutoutPlan
from processing.models import (
    Batch,
    BatchDestination,
    BatchSource,
    Bucket,
    ItemWriting,
    Job,
    JobState,
    WebhookEndpoint,
)
from processing.services.batching import batches
from tests.dashboard.conftest import PASSWORD, Person, complete, person

ME = "/api/v1/auth/me"
PAGE = "/settings/account/delete/"
__all__ = ["person"]  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("middle_model")]


@pytest.fixture
def ada(person) -> Person:
    """Somebody with a row of everything, one job done and others open."""
    ada = person("ada.lovelace@example.com")
    Account.objects.filter(pk=ada.account.pk).update(name="Lovelace Garments")
    ada.account.refresh_from_db()
    api_keys.create(ada.account, ada.user, name="Shop import")
    caller = Caller(ada.account, ada.user)
    WebhookEndpoint.objects.create(
        account=ada.account, url="https://example.org/hook", events=["job.completed"]
    )
    Bucket.objects.create(account=ada.account, name="Studio")
    source = ada.image("dress.jpg")
    result = complete(ada.job(source))
    ada.job(source, crop=True)
    command = RemoveBackground(plan=CutoutPlan(crop=True, size="hd"))
    batch = batches.submit(caller, command, pictures=[batches.Member("x", source)])
    BatchSource.objects.create(batch=batch, looks=[])
    BatchDestination.objects.create(batch=batch)
    ItemWriting.objects.create(batch=batch, item=batch.items.get(), key="x.png")
    listing = Listing.objects.create(
        account=ada.account, created_by=ada.user, title="Dress of Ada", currency="EUR"
    )
    ListingImage.objects.create(listing=listing, image=result, position=0)
    ListingChange.objects.create(listing=listing, made_by=ada.user, action="created")
    table = ComparableImport.objects.create(account=ada.account, name="sold.csv")
    Comparable.objects.create(
        account=ada.account,
        imported=table,
        title="Coat",
        price=100,
        currency="EUR",
        sold_on="2027-01-01",
        fingerprint="x",
    )
    return ada


@pytest.fixture
def eve(person) -> Person:
    eve = person("eve@example.com")
    complete(eve.job(eve.image()))
    return eve


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run what a transaction leaves for its end, as outside of a test."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def work() -> None:
    """Do what a worker does with the messages that were sent."""
    queue = dramatiq.get_broker().queues[tasks.erase_account.queue_name]
    while not queue.empty():
        tasks.erase_account.fn(*dramatiq.Message.decode(queue.get()).args)


def everything() -> str:
    """All rows of all tables, as text."""
    rows = [list(model._base_manager.values()) for model in apps.get_models()]
    return json.dumps(rows, default=str)


def files_of(account: Account) -> list[str]:
    if not default_storage.exists(str(account.pk)):
        return []
    folders = [f"{account.pk}/{name}" for name in default_storage.listdir(str(account.pk))[0]]
    return [name for folder in folders for name in default_storage.listdir(folder)[1]]


def delete(who: Person, **given: Any) -> Any:
    body = {"password": PASSWORD, **given}
    return who.client.post(f"{ME}/delete", body, content_type="application/json")


def possessions(who: Person) -> list[object]:
    jobs, images = (
        Job.objects.filter(account=who.account),
        Image.objects.filter(account=who.account),
    )
    return [*jobs.values_list("pk", "state"), *images.values_list("pk"), files_of(who.account)]


def test_the_owner_deletes_everything_and_one_line_stays(ada, eve, committed):
    key = api_keys.create(ada.account, ada.user, name="old")[1]
    traces = (str(ada.account.pk), str(ada.user.pk), "lovelace", "Lovelace", "Dress", "sold.csv")
    assert [trace for trace in traces if trace not in everything()] == []
    assert len(files_of(ada.account)) == 2
    before = possessions(eve)
    link = content_url(Image.objects.filter(account=ada.account)[0], "file")
    assert APIClient().get(link).status_code == 200
    with committed():
        answer = delete(ada)
    assert answer.status_code == 202
    assert answer.json() == {"success": True, "data": {"deleting": True}}
    # At once, before any worker has come:
    assert ada.client.get(ME).status_code == 401
    assert APIClient(headers={"x-api-key": key}).get(ME).status_code == 401
    assert APIClient().get(link).status_code == 404
    login = {"email": ada.user.email, "password": PASSWORD}
    assert APIClient().post("/api/v1/auth/login", login, format="json").status_code == 401
    work()
    assert [trace for trace in traces if trace in everything()] == []
    assert files_of(ada.account) == []
    line = FormerAccount.objects.get()
    assert (line.plan, line.usage) == ("free", {"remove-background": 1})
    assert line.opened == line.closed
    # Nobody else has lost anything, and the address is free again.
    assert possessions(eve) == before
    assert eve.client.get(ME).status_code == 200
    services.register(ada.user.email, password=PASSWORD, name="Ada")


def test_jobs_are_cancelled_before_anything_is_removed(ada, monkeypatch):
    top, seen = parts.in_order()[0], []

    def remove(account_id):
        seen.append(set(Job.objects.values_list("state", flat=True)))
        return top.remove(account_id)

    monkeypatch.setitem(parts._PARTS, top.name, parts.Part(top.name, remove=remove))
    closing.close_account(ada.account)
    assert erasing.erase(ada.account.pk)
    assert seen[0] == {JobState.COMPLETED, JobState.CANCELLED}
    assert (Job.objects.count(), Batch.objects.count()) == (0, 0)


def test_much_is_removed_in_portions_that_may_break_off_anywhere(ada, monkeypatch):
    monkeypatch.setattr(parts, "MAX_ROWS", 1)
    closing.close_account(ada.account)
    rounds = 0
    while not erasing.erase(ada.account.pk, seconds=0):
        rounds += 1
        assert Account.objects.filter(pk=ada.account.pk).exists()
    assert rounds > 10
    assert not Account.objects.filter(pk=ada.account.pk).exists()
    assert erasing.erase(ada.account.pk)  # a message too many
    assert FormerAccount.objects.count() == 1


def test_what_a_request_adds_after_the_last_look_goes_too(ada, monkeypatch):
    """An upload that began before the closing may end at any moment of the removal."""
    finish = erasing._finish

    def late(account_id):
        if Image.objects.count() == 0:
            ada.image("late.jpg")
        return finish(account_id)

    monkeypatch.setattr(erasing, "_finish", late)
    closing.close_account(ada.account)
    assert erasing.erase(ada.account.pk)
    assert Image.objects.count() == 0
    assert files_of(ada.account) == []


def test_a_picture_that_comes_between_two_looks_is_taken_by_the_next(ada, monkeypatch):
    """Projects, which go after pictures, can't go while there is one in them."""
    rest = []

    def late(rows):
        if rows.model is Project and not rest:
            rest.append(ada.image("late.jpg"))
        return parts.delete_some(rows)

    monkeypatch.setattr("media_library.lifecycle.removal.delete_some", late)
    closing.close_account(ada.account)
    assert erasing.erase(ada.account.pk)
    assert rest
    assert Image.objects.count() == 0
    assert files_of(ada.account) == []


def test_a_lost_message_is_sent_again(ada, time_machine):
    time_machine.move_to("2027-03-01T12:00:00Z")
    closing.close_account(ada.account)  # within a transaction that never ends: nothing was sent
    assert tasks.send_due() == 0
    time_machine.shift(180)
    assert (tasks.send_due(), tasks.send_due()) == (1, 0)
    work()
    assert not Account.objects.filter(pk=ada.account.pk).exists()


@pytest.mark.parametrize(
    ("given", "field"),
    [({"password": "not it"}, "password"), ({}, "code"), ({"code": "000000"}, "code")],
)
def test_the_api_asks_for_password_and_second_factor(ada, given, field):
    before = possessions(ada)
    TOTP.activate(ada.user, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(ada.user).generate_codes()[0]
    answer = delete(ada, **given)
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert possessions(ada) == before
    assert ada.client.get(ME).status_code == 200
    assert delete(ada, code=code).status_code == 202


def test_no_api_key_deletes_an_account(ada):
    key = api_keys.create(ada.account, ada.user, name="all")[1]
    program = APIClient(headers={"x-api-key": key})
    answer = program.post(f"{ME}/delete", {"password": PASSWORD}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "FORBIDDEN")
    assert Account.objects.filter(pk=ada.account.pk, closed_at=None).exists()


def test_the_page_says_what_goes_and_asks_for_the_password(ada, committed):
    page = ada.client.get(PAGE).content.decode()
    for words in ("Lovelace Garments", "1 picture with its", "history of 3 edits", "1 listing<"):
        assert words in page
    wrong = ada.client.post(PAGE, {"password": "not it"})
    assert wrong.status_code == 422
    assert "The password is wrong." in wrong.content.decode()
    assert Account.objects.filter(pk=ada.account.pk, closed_at=None).exists()
    with committed():
        done = ada.client.post(PAGE, {"password": PASSWORD}, follow=True)
    assert done.redirect_chain == [("/", 302)]
    assert "Your account was deleted." in done.content.decode()
    assert ada.client.get(PAGE).status_code == 302
    work()
    assert not User.objects.filter(pk=ada.user.pk).exists()


def passwordless(who: Person) -> None:
    """Their session stays good: what signs it in is the password's hash."""
    who.user.set_unusable_password()
    who.user.save()
    who.client.force_login(who.user)


def test_who_has_no_password_confirms_by_an_app_and_by_nothing_less(ada, eve, settings):
    settings.MAIL_IS_SENT = True
    passwordless(ada)
    totp = TOTP.activate(ada.user, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(ada.user)
    page = ada.client.get(PAGE).content.decode()
    asked = "/accounts/2fa/reauthenticate/?next=%2Fsettings%2Faccount%2Fdelete%2F"
    assert f'href="{asked}"' in page
    assert "password-reset" not in page
    assert "Get a code by mail" not in page  # less than the second factor
    assert ada.client.post(PAGE).status_code == 422
    wrong = ada.client.post("/accounts/2fa/reauthenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert ada.client.post(PAGE).status_code == 422
    [code, *_] = RecoveryCodes(
        totp.instance.user.authenticator_set.get(type="recovery_codes")
    ).get_unused_codes()
    back = ada.client.post("/accounts/2fa/reauthenticate/", {"code": code, "next": PAGE})
    assert back["Location"] == PAGE
    # Nobody else's session is any surer for it.
    passwordless(eve)
    assert eve.client.post(PAGE).status_code == 422
    assert ada.client.post(PAGE)["Location"] == "/"
    assert not User.objects.filter(pk=ada.user.pk, is_active=True).exists()
    assert User.objects.filter(pk=eve.user.pk, is_active=True).exists()


def test_who_has_no_password_confirms_by_a_mailed_code(ada, settings):
    settings.MAIL_IS_SENT = True
    EmailAddress.objects.filter(user=ada.user).update(verified=True)
    passwordless(ada)
    page = ada.client.get(PAGE).content.decode()
    asked = "/accounts/reauthenticate/code/"
    [there] = re.findall(rf'href="({asked}[^"]*)"', page)
    assert there.endswith("?next=%2Fsettings%2Faccount%2Fdelete%2F")
    ada.client.post(there, {"recipient": ada.user.email})
    [sent] = mail.outbox
    [code] = re.findall(r"^[A-Z0-9]{3,4}-[A-Z0-9]{3,4}$", sent.body, re.M)
    confirm = "/accounts/reauthenticate/code/confirm/"
    assert ada.client.post(confirm, {"code": "AAAA-AAAA", "next": PAGE}).status_code == 200
    assert ada.client.post(PAGE).status_code == 422
    assert ada.client.post(confirm, {"code": code, "next": PAGE})["Location"] == PAGE
    assert ada.client.post(PAGE)["Location"] == "/"
    assert not User.objects.filter(pk=ada.user.pk, is_active=True).exists()


def test_who_has_no_way_at_all_is_shown_one(ada):
    """No passkey, no Google, and a site that sends no mail."""
    passwordless(ada)
    page = ada.client.get(PAGE).content.decode()
    assert "You have no password here. Choose one first." in page
    assert ada.client.post(PAGE).status_code == 422
    assert Account.objects.filter(pk=ada.account.pk, closed_at=None).exists()


@pytest.fixture
def team(ada, eve) -> tuple[User, str]:
    """Eve, who also has an account of her own, and Ben, who has none, work in Ada's."""
    ben = User.objects.create_user("ben@example.com", PASSWORD, name="Ben")
    Member.objects.create(account=ada.account, user=eve.user, role=Role.EDITOR)
    Member.objects.create(account=ada.account, user=ben, role=Role.VIEWER)
    return ben, f"account_{ada.account.pk.hex}"


def test_an_owner_hands_the_account_over_and_goes(ada, eve, team, committed, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "auth": "100/15m"}
    ben, name = team
    page = ada.client.get(PAGE).content.decode()
    assert "What becomes of “Lovelace Garments”? 2 others work in it." in page
    assert "Make Ben its owner: it stays, and you leave it" in page
    for said in ("", str(ada.user.pk), "nobody", "8c2b6a3e-0b6b-4b7e-9d8f-0c4f6f0f2a11"):
        answer = ada.client.post(PAGE, {"password": PASSWORD, name: said})
        assert answer.status_code == 422, said
    wrong = ada.client.post(PAGE, {"password": "not it", name: str(ben.pk)})
    assert wrong.status_code == 422
    assert ben.memberships.get().role == "viewer"
    with committed():
        done = ada.client.post(PAGE, {"password": PASSWORD, name: str(ben.pk)})
    assert done["Location"] == "/"
    assert not User.objects.filter(pk=ada.user.pk).exists()
    assert Account.objects.filter(pk=ada.account.pk, closed_at=None).exists()
    roles = Member.objects.filter(account=ada.account).values_list("user__email", "role")
    assert sorted(roles) == [("ben@example.com", "owner"), ("eve@example.com", "editor")]
    assert Image.objects.filter(account=ada.account).exists()


def test_an_owner_removes_everybody_and_deletes(ada, eve, team, committed):
    ben, name = team
    with committed():
        done = ada.client.post(PAGE, {"password": PASSWORD, name: "goes"})
    assert done["Location"] == "/"
    work()
    assert not Account.objects.filter(pk=ada.account.pk).exists()
    assert not User.objects.filter(pk=ada.user.pk).exists()
    # Who was removed keeps their login, and what is theirs.
    assert User.objects.filter(pk__in=[ben.pk, eve.user.pk], is_active=True).count() == 2
    assert Image.objects.filter(account=eve.account).exists()
    answer = APIClient().post(
        "/api/v1/auth/login", {"email": "ben@example.com", "password": PASSWORD}, format="json"
    )
    assert answer.status_code == 200


def test_who_shares_an_account_settles_that_first(ada, eve):
    Member.objects.create(account=ada.account, user=eve.user, role=Role.EDITOR)
    answer = delete(ada)
    assert (answer.status_code, answer.json()["code"]) == (409, "CONFLICT")
    assert "“Lovelace Garments” has other members" in answer.json()["error"]
    assert Account.objects.filter(closed_at=None).count() == 2
    # The other one may go; and an account may go without those who have another.
    assert delete(eve).status_code == 202
    assert Member.objects.filter(account=ada.account).count() == 1
    guest = User.objects.create_user("x@example.com")
    Member.objects.create(account=ada.account, user=guest, role=Role.EDITOR)
    closing.close_account(ada.account)
    assert erasing.erase(ada.account.pk)
    assert not User.objects.filter(email__in=("x@example.com", ada.user.email)).exists()


def test_staff_delete_an_account_in_the_administration(root, ada, eve, committed):
    url = f"/admin/accounts/account/{ada.account.pk}/delete/"
    asked = root.get(url).content.decode()
    assert "the history of 3 edits, 1 webhook, 1 bucket, 1 listing, 1 sold item" in asked
    assert Account.objects.filter(closed_at=None).count() == 2
    with committed():
        assert root.post(url, {"post": "yes"}).status_code == 302
    assert "Being deleted" in root.get("/admin/accounts/account/").content.decode()
    assert root.get(url).status_code == 403
    work()
    assert "ovelace" not in everything()
    assert LogEntry.objects.get().object_repr == "(deleted)"
    assert "remove-background" in root.get("/admin/accounts/formeraccount/").content.decode()


def test_staff_delete_people_of_the_list(root, ada, eve, committed):
    form = {
        "action": "delete_selected",
        "_selected_action": [str(ada.user.pk), str(eve.user.pk)],
        "post": "yes",
    }
    with committed():
        assert root.post("/admin/accounts/user/", form).status_code == 302
    work()
    assert list(User.objects.values_list("email", flat=True)) == ["root@example.com"]
    assert FormerAccount.objects.count() == 2


def test_nobody_deletes_staff(root):
    boss = User.objects.get(email="root@example.com")
    boss_account = services.account_of(boss)
    url = f"/admin/accounts/user/{boss.pk}/delete/"
    assert "Take away the staff and superuser rights first" in root.get(url).content.decode()
    assert root.post(url, {"post": "yes"}).status_code == 200
    with pytest.raises(AppError, match="superuser rights"):
        closing.close_person(boss)
    closing.close_account(boss_account)  # the account may go: its owner stays
    assert erasing.erase(boss_account.pk)
    assert User.objects.get(email="root@example.com").is_active


def test_the_audit_trail_outlives_whoever_was_staff(root, ada, eve):
    """What they did stays, under a name that is none."""
    root.post(f"/admin/accounts/account/{ada.account.pk}/delete/", {"post": "yes"})
    User.objects.filter(email="root@example.com").update(is_staff=False, is_superuser=False)
    boss = User.objects.get(email="root@example.com")
    closing.close_person(boss)
    assert LogEntry.objects.get().user.email == f"deleted-{boss.pk}@invalid"
    assert "root@example.com" not in everything()


def test_the_command_deletes_at_once(ada, eve, monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match="Without a terminal, add --no-input"):
        call_command("delete_account", ada.user.email, stdout=out)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was deleted"):
        call_command("delete_account", ada.user.email, stdout=out)
    assert Account.objects.filter(closed_at=None).count() == 2
    call_command("delete_account", ada.user.email.upper(), no_input=True, stdout=out)
    call_command("delete_account", eve.account.public_id, no_input=True, stdout=out)
    assert (User.objects.count(), Account.objects.count(), Job.objects.count()) == (0, 0, 0)
    for unknown in ("nobody@example.com", eve.account.public_id, "ada"):
        with pytest.raises(CommandError):
            call_command("delete_account", unknown, no_input=True, stdout=out)


def test_local_folders_go_with_what_no_row_knows(ada, settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        },
    }
    ada.image("on-disk.jpg")
    stray = tmp_path / str(ada.account.pk) / "stray"
    stray.mkdir()
    (stray / "left.png").write_bytes(b"x")
    (tmp_path / "somebody-else").mkdir()
    closing.close_account(ada.account)
    assert erasing.erase(ada.account.pk)
    assert [path.name for path in tmp_path.iterdir()] == ["somebody-else"]
