"""What sellers say of results, over the API, on pages and for staff."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client

from accounts import groups
from accounts.models import User
from media_library.models import Image
from processing.models import Job, Rating
from processing.services import own_data, removal
from tests.processing.conftest import photo
from tests.stand_ins import Seller

RATINGS = "/admin/ratings/"
BAD = {
    "verdict": "bad",
    "reason": "edges",
    "note": "The fringe.",
    "score": 2,
    "categories": ["sharpness", "noise"],
    "showToSupport": True,
}

pytestmark = pytest.mark.usefixtures("middle_model", "quick_queue")


@pytest.fixture
def result(owner: Seller) -> Image:
    body = {"imageId": owner.image(photo()).public_id, "display": "url"}
    owner.client.post("/api/v1/images/tools/remove-background", body, format="json")
    found = Job.objects.get().result
    assert found is not None
    return found


@pytest.fixture
def helper(transactional_db: None) -> Client:
    user = User.objects.create_user("help@example.com", "a long sentence", is_staff=True)
    user.groups.add(Group.objects.get(name=groups.SUPPORT))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def browser(owner: Seller) -> Client:
    client = Client()
    assert owner.caller.user is not None
    client.force_login(owner.caller.user)
    return client


def url(image: Image) -> str:
    return f"/api/v1/images/{image.public_id}/rating"


def rate(seller: Seller, image: Image, **body: Any) -> Any:
    return seller.client.put(url(image), BAD | body, format="json")


def test_a_result_is_rated_once_changed_and_taken_back(owner: Seller, result: Image) -> None:
    used = owner.used()
    assert owner.client.get(url(result)).status_code == 404
    first = rate(owner, result).json()["data"]
    assert first == owner.client.get(url(result)).json()["data"]
    assert {name: first[name] for name in BAD} == BAD
    rating = Rating.objects.get()
    assert (rating.job, rating.model) == (Job.objects.get(), "middle")
    changed = rate(owner, result, verdict="good", reason=None, note="").json()["data"]
    assert (changed["verdict"], changed["reason"], changed["note"]) == ("good", None, "")
    assert changed["createdAt"] == first["createdAt"] < changed["updatedAt"]
    assert owner.client.delete(url(result)).status_code == 200
    assert owner.client.delete(url(result)).status_code == 404
    assert (Rating.objects.count(), owner.used()) == (0, used)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"verdict": "poor"}, "verdict"),
        ({"reason": "ugly"}, "reason"),
        ({"reason": None}, "reason"),
        ({"verdict": "good"}, "reason"),
        ({"note": "x" * 1001}, "note"),
        ({"note": "a\0"}, "note"),
        ({"showToSupport": "perhaps"}, "showToSupport"),
        ({"stars": 5}, "stars"),
        ({"score": 6}, "score"),
        ({"score": -1}, "score"),
        ({"score": "5"}, "score"),
        ({"score": True}, "score"),
        ({"score": 2.5}, "score"),
        ({"categories": ["beauty"]}, "categories.0"),
        ({"categories": "noise"}, "categories"),
        ({"categories": ["noise"] * 20}, "categories"),
    ],
)
def test_what_is_wrong_is_named(
    owner: Seller, result: Image, wrong: dict[str, Any], field: str
) -> None:
    answer = rate(owner, result, **wrong)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Rating.objects.exists()


def test_only_results_of_ones_own_are_rated(owner: Seller, stranger: Seller, result: Image) -> None:
    upload = rate(owner, Image.objects.get(kind="original"))
    assert (upload.status_code, upload.json()["code"]) == (409, "CONFLICT")
    assert rate(stranger, result).status_code == 404
    assert not Rating.objects.exists()


def test_units_come_back_for_what_is_bad_where_the_site_says_so(
    owner: Seller, result: Image, settings: Any
) -> None:
    assert owner.used() == 1
    rate(owner, result)
    assert owner.used() == 1
    settings.GIVE_BACK_ON_BAD = ["remove-background"]
    rate(owner, result, verdict="good", reason=None)
    assert owner.used() == 1
    for _ in range(2):
        rate(owner, result)
    assert owner.used() == 0


def test_staff_see_score_and_categories(owner: Seller, result: Image, helper: Client) -> None:
    rate(owner, result)
    page = helper.get(RATINGS).content.decode()
    assert "2 of 5" in page
    assert "Sharpness, Noise" in page


def test_on_its_page(browser: Client, result: Image) -> None:
    page = f"/pictures/{result.public_id}/rating/"
    assert "Delete my rating" not in browser.get(page).content.decode()
    no_reason = browser.post(page, {"verdict": "bad"})
    assert no_reason.status_code == 422
    assert "Say what is wrong with it." in no_reason.content.decode()
    form = {"verdict": "bad", "reason": "shadow", "note": "Too dark", "may_show": "on"}
    assert browser.post(page, form)["Location"].endswith(f"?result={result.public_id}")
    rating = Rating.objects.get()
    assert (rating.reason, rating.note, rating.may_show) == ("shadow", "Too dark", True)
    # The reason that is still chosen when somebody changes their mind says nothing.
    browser.post(page, form | {"verdict": "good"})
    assert Rating.objects.get().reason == ""
    browser.post(f"{page}delete/")
    assert not Rating.objects.exists()


def test_staff_see_pictures_only_where_the_seller_shows_them(
    helper: Client, owner: Seller, result: Image
) -> None:
    rate(owner, result, showToSupport=False)
    page = helper.get(RATINGS).content.decode()
    assert all(word in page for word in ("The fringe.", "middle", "The seller doesn’t show"))
    assert "/content/" not in page
    rate(owner, result)
    page = helper.get(RATINGS, {"reason": "edges", "model": "middle"}).content.decode()
    assert page.count("<img") == 2
    for other in ({"reason": "shadow"}, {"model": "none"}, {"verdict": "good"}):
        assert "There are none." in helper.get(RATINGS, other).content.decode()
    owner.client.delete(f"/api/v1/images/{result.public_id}")
    assert result.public_id not in _addresses(helper.get(RATINGS).content.decode())


def test_staff_mark_one_as_looked_at_as_it_was_shown(
    helper: Client, owner: Seller, result: Image
) -> None:
    rate(owner, result)
    shown = helper.get(RATINGS).context["rows"][0]
    rate(owner, result, reason="color")
    mark = f"{RATINGS}{shown.rating.pk}/looked/"
    stale = helper.post(mark, {"mark": shown.mark}, follow=True).content.decode()
    assert "has changed since" in stale
    assert Rating.objects.get().looked_at is None
    now = helper.get(RATINGS).context["rows"][0].mark
    assert helper.post(mark, {"mark": now, "kept": "reason=color"})["Location"].endswith(
        "?reason=color"
    )
    assert str(Rating.objects.get().looked_by) == "help@example.com"
    told = {entry.get_change_message() for entry in LogEntry.objects.all()}
    assert (LogEntry.objects.count(), told) == (
        2,
        {f"Looked at the rating of {result.public_id}."},
    )
    assert "There are none." in helper.get(RATINGS).content.decode()
    rate(owner, result)  # said anew, it is looked at anew
    assert Rating.objects.get().looked_at is None


def test_it_is_the_accounts_own_data_and_goes_with_it(owner: Seller, result: Image) -> None:
    rate(owner, result)
    files = {one.name: one.text for one in own_data.of_work(owner.account.pk)}
    [one] = json.loads(files["ratings.json"])
    assert (one["image"], one["reason"]) == (result.public_id, "edges")
    while removal.remove(owner.account.pk):
        pass
    assert not Rating.objects.exists()


def _addresses(page: str) -> str:
    return " ".join(part.partition('"')[0] for part in page.split('src="')[1:])
