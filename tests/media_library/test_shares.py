"""Shared links: made over the API, opened by strangers, ended; guesses get nowhere."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image as Pillow
from rest_framework.test import APIClient

from accounts.access import api_keys
from accounts.access.demo import DemoAccount
from accounts.limits import rate_limits
from accounts.models import Account
from media_library import shares
from media_library.files import public_copies
from media_library.lifecycle import removal, sweeps
from media_library.models import Image, ImageKind, Project, Share, ShareImage
from media_library.pages import sharing, visitors
from tests.media_library.files.test_public_copies import SECRETS, telling_exif
from tests.media_library.test_trash import result_of

SHARES, TRASH = "/api/v1/shares", "/api/v1/trash"
Upload = Callable[..., dict[str, Any]]
Row = Callable[[dict[str, Any]], Image]
Share_ = Callable[..., dict[str, Any]]


@pytest.fixture
def visitor(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    """Somebody without an account, while copies are made the moment they are asked for."""
    settings.DOOR_WAIT_SECONDS = 0.0
    for actor in (public_copies.make_public_copy, public_copies.make_view_copy):
        monkeypatch.setattr(actor, "send", actor.fn)
    return Client()


@pytest.fixture
def share(api: APIClient) -> Share_:
    def make(**body: Any) -> dict[str, Any]:
        response = api.post(SHARES, body, format="json")
        assert response.status_code == 201, response.content
        found: dict[str, Any] = response.json()["data"]
        return found

    return make


@pytest.fixture
def signed_in(seller: DemoAccount) -> Client:
    """The seller's browser."""
    client = Client()
    client.force_login(seller.user)
    return client


def path(shown: dict[str, Any]) -> str:
    return str(shown["url"]).removeprefix("http://testserver")


def links_of(page: str, kind: str) -> list[str]:
    return re.findall(rf'"(/s/[^"]+/{kind})"', page)


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_strangers_see_copies_without_metadata_and_no_names(
    visitor: Client, upload: Upload, share: Share_, picture: Callable[..., bytes], seller: Any
) -> None:
    telling = picture(size=(64, 48), exif=telling_exif())
    first, second = upload(telling, name="Anna at home.jpg"), upload(name="b.jpg")
    made = share(imageIds=[first["id"], second["id"]], title="Jackets")
    assert (made["state"], made["download"], made["hasPassword"]) == ("active", True, False)
    response = visitor.get(path(made))
    page = response.content.decode()
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert 'name="robots" content="noindex' in page
    assert ("Jackets" in page, response["Cache-Control"]) == (True, "private, no-store")
    for secret in ("Anna", "b.jpg", seller.user.email, seller.account.name or "-none-"):
        assert secret not in page
    for kind in ("view", "download"):
        file = visitor.get(f"{path(made)}{first['id']}/{kind}")
        data = body_of(file)
        assert (file.status_code, file["Cache-Control"]) == (200, "private, no-cache")
        assert "Anna" not in file["Content-Disposition"]
        assert not any(secret in data for secret in SECRETS)
        assert dict(Pillow.open(BytesIO(data)).getexif()) == {}
    archive = zipfile.ZipFile(BytesIO(body_of(visitor.get(f"{path(made)}all.zip"))))
    assert archive.namelist() == ["001.jpg", "002.jpg"]
    one = visitor.get(f"{path(made)}{second['id']}/").content.decode()
    assert ("Picture 2 of 2" in one, "b.jpg" in one) == (True, False)


def test_the_database_alone_opens_nothing(upload: Upload, share: Share_, api: APIClient) -> None:
    made = share(imageIds=[upload()["id"]], password="tweed")
    token = path(made).split("/")[2]
    row = serializers.serialize("json", Share.objects.all())
    assert len(token) == 43
    assert (token in row, "tweed" in row) == (False, False)
    assert api.get(f"{SHARES}/{made['id']}").json()["data"] == made


def test_a_new_secret_key_leaves_links_working(
    upload: Upload, share: Share_, visitor: Client, settings: Any
) -> None:
    made = share(imageIds=[upload()["id"]])
    row = Share.objects.get()
    assert shares.path_of(row) == path(made)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "x" * 50
    assert shares.path_of(row) == path(made)
    settings.SECRET_KEY_FALLBACKS = []
    assert (shares.path_of(row), visitor.get(path(made)).status_code) == ("", 200)


def test_revoked_expired_guessed_and_closed_are_all_the_same_nothing(
    visitor: Client, upload: Upload, share: Share_, api: APIClient, account: Account
) -> None:
    image = upload()
    revoked, expired, closed = (share(imageIds=[image["id"]]) for _ in range(3))
    files = [f"{path(one)}{image['id']}/view" for one in (revoked, expired, closed)]
    assert [visitor.get(file).status_code for file in files] == [200, 200, 200]
    assert api.delete(f"{SHARES}/{revoked['id']}").status_code == 200
    assert api.delete(f"{SHARES}/{revoked['id']}").status_code == 200
    Share.objects.filter(pk=pk_of(expired)).update(expires_at=timezone.now())
    Account.objects.filter(pk=account.pk).update(closed_at=timezone.now())
    guessed = f"/s/{'A' * 43}/"
    odd = ("/s/x/", f"/s/{'é' * 43}/", f"/s/{'A' * 4000}/")
    answers = [visitor.get(one) for one in (path(revoked), path(expired), path(closed), guessed)]
    assert [one.status_code for one in (*answers, *map(visitor.get, odd))] == [404] * 7
    assert len({one.content for one in answers}) == 1
    assert answers[0]["X-Robots-Tag"].startswith("noindex")
    assert [visitor.get(file).status_code for file in files] == [404] * 3


def pk_of(shown: dict[str, Any]) -> Any:
    return next(one.pk for one in Share.objects.all() if one.public_id == shown["id"])


def test_a_password_opens_it_and_fifty_wrong_ones_are_stopped(
    visitor: Client, upload: Upload, share: Share_, api: APIClient
) -> None:
    image = upload()
    made = share(imageIds=[image["id"]], password="tweed", title="Secret")
    locked = visitor.get(path(made))
    assert (locked.status_code, "Secret" in locked.content.decode()) == (200, False)
    assert visitor.get(f"{path(made)}{image['id']}/view").status_code == 403
    assert visitor.get(f"{path(made)}all.zip").status_code == 403
    assert visitor.get(f"{path(made)}{image['id']}/").status_code == 302
    assert visitor.post(path(made), {"password": "tweed"}).status_code == 302
    assert "Secret" in visitor.get(path(made)).content.decode()
    # Another password locks out who knew the one before, and is asked for again.
    api.patch(f"{SHARES}/{made['id']}", {"password": "wool and silk"}, format="json")
    assert visitor.get(f"{path(made)}{image['id']}/view").status_code == 403
    guesser = Client(REMOTE_ADDR="198.51.100.7")
    codes = [guesser.post(path(made), {"password": f"no {n}"}).status_code for n in range(50)]
    assert codes == [422] * 5 + [429] * 45
    stopped = guesser.post(path(made), {"password": "wool and silk"})
    assert (stopped.status_code, int(stopped["Retry-After"]) > 30) == (429, True)
    assert visitor.post(path(made), {"password": "wool and silk"}).status_code == 302
    # Who has the form before them still, of a link that asks for none any more, is let in and not counted.
    api.patch(f"{SHARES}/{made['id']}", {"password": ""}, format="json")
    let_in = [visitor.post(path(made), {"password": "tweed"}).status_code for _ in range(7)]
    assert let_in == [302] * 7


def test_without_download_there_is_only_the_copy_for_looking_at(
    visitor: Client, upload: Upload, share: Share_, picture: Callable[..., bytes]
) -> None:
    image = upload(picture(size=(2000, 40)))
    made = share(imageIds=[image["id"]], download=False)
    assert "all.zip" not in visitor.get(path(made)).content.decode()
    for address in ("all.zip", f"{image['id']}/download"):
        assert visitor.get(f"{path(made)}{address}").status_code == 403
    seen = body_of(visitor.get(f"{path(made)}{image['id']}/view"))
    assert Pillow.open(BytesIO(seen)).size == (1600, 32)
    for variant in ("file", "original", "public", "corrected"):
        assert visitor.get(f"{path(made)}{image['id']}/{variant}").status_code == 404


def test_a_project_shows_newest_results_and_what_comes_later(
    visitor: Client, upload: Upload, share: Share_, row: Row, api: APIClient, account: Account
) -> None:
    project = Project.objects.create(account=account, name="Spring")
    inside, outside = upload(projectId=project.public_id), upload()
    made = share(projectId=project.public_id)
    assert (made["projectId"], made["imageIds"]) == (project.public_id, None)
    result = result_of(row(inside), "cut.png")
    later = upload(projectId=project.public_id)
    Image.objects.update(thumbnail_key=row(inside).file_key)
    page = visitor.get(path(made)).content.decode()
    shown = [one.split("/")[3] for one in links_of(page, "thumbnail")]
    assert shown == [later["id"], result.public_id]
    for hidden in (inside["id"], outside["id"]):
        assert visitor.get(f"{path(made)}{hidden}/view").status_code == 404
    assert visitor.get(f"{path(made)}{result.public_id}/thumbnail").status_code == 200
    api.post(TRASH, {"imageIds": [inside["id"]], "withResults": True}, format="json")
    assert visitor.get(f"{path(made)}{result.public_id}/thumbnail").status_code == 404
    assert api.delete(f"/api/v1/projects/{project.public_id}").status_code == 200
    assert visitor.get(path(made)).status_code == 404


def test_a_picture_in_the_trash_is_not_shown_and_comes_back(
    visitor: Client, upload: Upload, share: Share_, api: APIClient
) -> None:
    first, second = upload(), upload()
    made = share(imageIds=[first["id"], second["id"]])
    api.delete(f"/api/v1/images/{first['id']}")
    assert visitor.get(f"{path(made)}{first['id']}/view").status_code == 404
    assert api.get(f"{SHARES}/{made['id']}").json()["data"]["imageIds"] == [second["id"]]
    api.post(f"{TRASH}/restore", {"imageIds": [first["id"]]}, format="json")
    assert api.get(f"{SHARES}/{made['id']}").json()["data"] == made


def test_a_copy_that_is_not_there_yet_is_told(
    upload: Upload, share: Share_, settings: Any, row: Row
) -> None:
    settings.DOOR_WAIT_SECONDS = 0.0
    image = upload()
    made = share(imageIds=[image["id"]])
    response = Client().get(f"{path(made)}{image['id']}/view")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert Client().get(f"{path(made)}{image['id']}/thumbnail").status_code == 404
    assert row(image).view_key == ""


def test_an_archive_waits_once_for_all_of_its_copies_and_asks_for_each_once(
    upload: Upload, share: Share_, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DOOR_WAIT_SECONDS = 0.0
    sent: list[str] = []
    monkeypatch.setattr(public_copies.make_public_copy, "send", sent.append)
    images = [upload() for _ in range(3)]
    address = f"{path(share(imageIds=[one['id'] for one in images]))}all.zip"
    with CaptureQueriesContext(connection) as queries:
        answers = [Client().get(address), Client().get(address)]
    assert [(one.status_code, one["Retry-After"]) for one in answers] == [(503, "5")] * 2
    page = answers[0].content.decode()
    assert "0 of 3 pictures are ready." in page
    assert f'href="{address}">Try again' in page
    assert len(sent) == len(set(sent)) == 3
    assert len(queries) == 2 * 3  # the link, its pictures, which copies are there
    for image_id in sent[:2]:
        public_copies.make_public_copy.fn(image_id)
    assert "2 of 3 pictures are ready." in Client().get(address).content.decode()
    public_copies.make_public_copy.fn(sent[2])
    names = zipfile.ZipFile(BytesIO(body_of(Client().get(address)))).namelist()
    assert (names, len(sent)) == (["001.jpg", "002.jpg", "003.jpg"], 3)


def test_more_pictures_than_an_archive_holds_are_several(
    visitor: Client,
    upload: Upload,
    share: Share_,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visitors, "MAX_ZIP", 2)
    project = Project.objects.create(account=account, name="Spring")
    for _ in range(3):
        upload(projectId=project.public_id)
    address = path(share(projectId=project.public_id))
    page = visitor.get(address).content.decode()
    found = re.findall(r'href="(/s/[^"]+all[.]zip[^"]*)">([^<]*)<', page)
    assert found == [
        (f"{address}all.zip?page=1", "Pictures 1 to 2"),
        (f"{address}all.zip?page=2", "Pictures 3 to 3"),
    ]
    files = [zipfile.ZipFile(BytesIO(body_of(visitor.get(url)))) for url, _ in found]
    assert [one.namelist() for one in files] == [["001.jpg", "002.jpg"], ["003.jpg"]]
    assert visitor.get(f"{address}all.zip?page=3").status_code == 404


@pytest.mark.parametrize("is_project", [True, False])
def test_a_picture_is_shown_between_its_neighbors_in_few_queries(
    visitor: Client, upload: Upload, share: Share_, row: Row, account: Account, is_project: bool
) -> None:
    project = Project.objects.create(account=account, name="Spring")
    images = [upload(projectId=project.public_id) for _ in range(4)]
    if is_project:
        shown = [one["id"] for one in reversed(images)]
        shown[1] = result_of(row(images[2]), "cut.png").public_id
        address = path(share(projectId=project.public_id))
    else:
        shown = [one["id"] for one in images]
        address = path(share(imageIds=shown))
    for number, one in enumerate(shown, start=1):
        with CaptureQueriesContext(connection) as queries:
            page = visitor.get(f"{address}{one}/").content.decode()
        around = [shown[n - 1] for n in (number - 1, number + 1) if 0 < n <= len(shown)]
        assert f"Picture {number} of 4" in page
        assert re.findall(rf'rel="\w+" href="{address}(img_\w+)/"', page) == around
        assert len(queries) <= 11


def test_lists_of_links_read_no_more_pictures_than_they_show(
    signed_in: Client, api: APIClient, upload: Upload, account: Account, row: Row
) -> None:
    images = [upload() for _ in range(3)]
    rows = [row(one) for one in images]
    Image.objects.filter(pk__in=[one.pk for one in rows[1:]]).update(thumbnail_key="a.webp")
    for _ in range(3):
        shares.create(account, shares.Chosen([one.pk for one in rows]))
    with CaptureQueriesContext(connection) as queries:
        page = signed_in.get("/shared/").content.decode()
    read = [one["sql"] for one in queries if '"media_library_image"."file_key"' in one["sql"]]
    assert len(read) == 1
    assert "ROW_NUMBER" in read[0]
    assert page.count("3 pictures") == 3
    assert page.count(f'src="/content/{rows[1].public_id}/') == 3
    with CaptureQueriesContext(connection) as queries:
        items = api.get(SHARES).json()["data"]["items"]
    assert [one["imageIds"] for one in items] == [[one["id"] for one in images]] * 3
    assert not any('"media_library_image"."file_key"' in one["sql"] for one in queries)


def test_the_list_of_links_has_pages_and_begins_with_those_that_open(
    signed_in: Client,
    api: APIClient,
    upload: Upload,
    account: Account,
    row: Row,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "PAGE_SIZE", 2)
    image = row(upload())
    made = [shares.create(account, shares.Chosen([image.pk]), title=f"Coat {n}") for n in range(3)]
    shares.revoke(made[2])
    first, second = (signed_in.get(f"/shared/?page={n}").content.decode() for n in (1, 2))
    titles = [re.findall(r"<h2>(Coat \d)</h2>", page) for page in (first, second)]
    assert titles == [["Coat 1", "Coat 0"], ["Coat 2"]]
    assert ('href="?page=2"' in first, "No link works" in second) == (True, False)


def test_somebody_elses_pictures_and_links(
    api: APIClient, strangers_api: APIClient, upload: Upload, share: Share_
) -> None:
    mine, theirs = upload(), upload(client=strangers_api)
    both = api.post(SHARES, {"imageIds": [mine["id"], theirs["id"]]}, format="json")
    project = strangers_api.get("/api/v1/projects").json()["data"]["items"][0]["id"]
    other = api.post(SHARES, {"projectId": project}, format="json")
    assert (both.status_code, other.status_code, Share.objects.count()) == (404, 404, 0)
    made = share(imageIds=[mine["id"]])
    one = f"{SHARES}/{made['id']}"
    answers = (
        strangers_api.get(one),
        strangers_api.patch(one, {"title": "x"}, format="json"),
        strangers_api.delete(one),
        api.patch(one, {"imageIds": [theirs["id"]]}, format="json"),
    )
    assert [answer.status_code for answer in answers] == [404] * 4
    assert api.get(one).json()["data"] == made
    assert strangers_api.get(SHARES).json()["data"]["total"] == 0
    assert ShareImage.objects.count() == 1


def test_a_mask_is_no_picture_to_share(api: APIClient, upload: Upload) -> None:
    mask = upload()["id"]
    Image.objects.update(kind=ImageKind.MASK)
    answer = api.post(SHARES, {"imageIds": [mask]}, format="json")
    assert (answer.status_code, Share.objects.count()) == (404, 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "imageIds"),
        ({"imageIds": []}, "imageIds"),
        ({"imageIds": ["img_1"]}, "imageIds.0"),
        ({"imageIds": [1], "projectId": "proj_1"}, "imageIds.0"),
        ({"password": "abc"}, "password"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "tomorrow"}, "expiresAt"),
        ({"title": "x" * 201}, "title"),
        ({"forever": True}, "forever"),
    ],
)
def test_bad_bodies_make_nothing(
    api: APIClient, upload: Upload, body: dict[str, Any], field: str
) -> None:
    if body and "imageIds" not in body:
        body = {"imageIds": [upload()["id"]], **body}
    response = api.post(SHARES, body, format="json")
    assert (response.status_code, field in response.json()["fields"]) == (400, True)
    assert Share.objects.count() == 0


def test_sent_twice_changed_limited_and_forgotten(
    api: APIClient, upload: Upload, seller: DemoAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"imageIds": [upload()["id"]]}
    answers = [
        api.post(SHARES, body, format="json", headers={"Idempotency-Key": "one"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    made = answers[0].json()["data"]
    assert answers[1].json()["data"] == made
    one = f"{SHARES}/{made['id']}"
    change = {"title": "Coats", "expiresAt": "2999-01-01T00:00:00Z", "download": False}
    assert {**made, **change} == api.patch(one, change, format="json").json()["data"]
    monkeypatch.setattr(shares, "MAX_SHARES", 1)
    assert api.post(SHARES, body, format="json").json()["code"] == "CONFLICT"
    api.delete(one)
    assert api.patch(one, {"title": "x"}, format="json").status_code == 409
    assert api.get(one).json()["data"]["state"] == "revoked"
    Share.objects.update(revoked_at="2020-01-01T00:00:00Z")
    monkeypatch.setattr(sweeps._orphans_due, "next", 0.0)
    sweeps.run()
    assert Share.objects.count() == 0
    _, plain = api_keys.create(seller.account, seller.user, name="r", scopes=["images:read"])
    reader = APIClient(headers={"X-Api-Key": plain})
    assert reader.get(SHARES).status_code == 200
    assert reader.post(SHARES, body, format="json").status_code == 403


def test_visitors_are_limited(upload: Upload, share: Share_, settings: Any) -> None:
    made = share(imageIds=[upload()["id"]])
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "shared": "2/h"}
    rate_limits.limiter.cache_clear()
    codes = [Client().get(path(made)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_an_account_that_ends_takes_its_links(
    account: Account, upload: Upload, share: Share_
) -> None:
    share(imageIds=[upload()["id"]])
    assert "1 shared link" in [str(held) for held in removal.holdings(account.pk)]
    while removal.remove(account.pk):
        pass
    assert (Share.objects.count(), Image.objects.count()) == (0, 0)
