"""Pictures over the API: upload, list, change, delete, and nobody else's."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.access.demo import DemoAccount
from accounts.models import Account
from config import outbound
from media_library.lifecycle import trash
from media_library.models import Image, ImageKind, Project
from media_library.projects import default_project

IMAGES = "/api/v1/images"
Make = Callable[..., bytes]
Upload = Callable[..., dict[str, Any]]
Row = Callable[[dict[str, Any]], Image]


def files(*contents: bytes) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{n}.jpg", data) for n, data in enumerate(contents)]


def second_project(account: Account) -> Project:
    return Project.objects.create(account=account, name="Spring")


# --- Upload -----------------------------------------------------------------------------------------


def test_upload_answers_the_picture(upload: Upload, picture: Make, row: Row) -> None:
    data = picture(size=(40, 30))
    shown = upload(data, name="../../etc/shoe\x07.jpg")
    image = row(shown)
    assert shown.pop("url").startswith(f"http://testserver/content/{image.public_id}/file?")
    assert shown.pop("createdAt") == image.created_at.isoformat().replace("+00:00", "Z")
    assert shown == {
        "id": image.public_id,
        "name": "shoe.jpg",
        "kind": "original",
        "format": "jpeg",
        "mediaType": "image/jpeg",
        "width": 40,
        "height": 30,
        "bytes": len(data),
        "hasAlpha": False,
        "orientation": 1,
        "frames": 1,
        "parentId": None,
        "projectId": default_project(image.account).public_id,
        "jobId": None,
        "favorite": False,
        "tags": [],
        "needsLook": None,
        "thumbnailUrl": None,
    }


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_an_animation_says_how_many_frames_it_has(
    upload: Upload, picture: Make, format: str
) -> None:
    more = [Pillow.new("RGB", (40, 30), color) for color in ("red", "blue")]
    shown = upload(picture(format, save_all=True, append_images=more))
    # The pages of a TIFF are no animation, and counting them would take reading them all.
    assert shown["frames"] == (1 if format == "TIFF" else 3)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("10%22 plate.jpg", '10" plate.jpg'),
        ("two%0D%0Alines.jpg", "two lines.jpg"),
        ("100%25 wool%20.jpg", "100%25 wool%20.jpg"),
    ],
)
def test_a_name_is_read_as_forms_of_browsers_write_it(
    api: APIClient, upload: Upload, sent: str, shown: str
) -> None:
    image = upload(name=sent)
    assert image["name"] == shown
    kept = api.get(f"{image['url'].removeprefix('http://testserver')}&download=1")
    assert kept.status_code == 200
    portable = shown.replace('"', "_")
    assert kept["Content-Disposition"] == f'attachment; filename="{portable}"'


def test_several_files_answer_a_list(api: APIClient, picture: Make) -> None:
    body = {"files": files(picture(), picture("PNG"))}
    response = api.post(IMAGES, body, format="multipart")
    assert response.status_code == 201
    assert [image["format"] for image in response.json()["data"]] == ["jpeg", "png"]
    one = api.post(IMAGES, {"files": files(picture())}, format="multipart")
    assert [image["name"] for image in one.json()["data"]] == ["0.jpg"]


def test_lists_go_by_when_a_file_was_chosen(api: APIClient, upload: Upload, picture: Make) -> None:
    now = timezone.now()

    def chosen(seconds: float) -> str:
        return (now - timedelta(seconds=seconds)).isoformat()

    second = upload(name="2.jpg", chosenAt=chosen(20))
    first = upload(name="1.jpg", chosenAt=chosen(30))
    upload(name="4.jpg", chosenAt=chosen(-3600))  # a clock that is ahead
    body = {"files": files(picture(), picture("PNG")), "chosenAt": chosen(10)}
    assert api.post(IMAGES, body, format="multipart").status_code == 201
    upload(name="0.jpg", chosenAt="0001-01-01T00:00:00Z")
    listed = api.get(IMAGES, {"sort": "createdAt"}).json()["data"]["items"]
    assert [one["name"] for one in listed] == ["0.jpg", "1.jpg", "2.jpg", "0.jpg", "1.jpg", "4.jpg"]
    assert (first["createdAt"], second["createdAt"]) == (told(chosen(30)), told(chosen(20)))
    begun = [datetime.fromisoformat(listed[place]["createdAt"]) for place in (0, -1)]
    assert timedelta(days=7) <= timezone.now() - begun[0] < timedelta(days=7, minutes=1)
    assert now <= begun[1] <= timezone.now()


def told(moment: str) -> str:
    return moment.replace("+00:00", "Z")


def test_upload_into_a_project(upload: Upload, account: Account) -> None:
    project = second_project(account)
    assert upload(projectId=project.public_id)["projectId"] == project.public_id


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "file"),
        ({"file": "text"}, "file"),
        ({"file": SimpleUploadedFile("x.jpg", b"")}, "file"),
        ({"file": SimpleUploadedFile("x.jpg", b"text")}, "file"),
        ({"file": files(b"1", b"2")}, "file"),
        ({"picture": SimpleUploadedFile("x.jpg", b"1")}, "picture"),
        ({"files": files(b"1"), "file": files(b"2")}, "file"),
        ({"files": files(b"1", b"2")}, "files[0]"),
        ({"file": SimpleUploadedFile("x.jpg", b"1"), "projectId": "proj_1"}, "projectId"),
        ({"files": files(*[b"1"] * 21)}, "files"),
        ({"file": SimpleUploadedFile("x.jpg", b"1"), "chosenAt": "yesterday"}, "chosenAt"),
        ({"file": SimpleUploadedFile("x.jpg", b"1"), "chosenAt": "1e999"}, "chosenAt"),
    ],
)
def test_bad_forms(
    api: APIClient, account: Account, body: dict[str, Any], field: str, stored: Any
) -> None:
    for value in body.values():
        for file in value if isinstance(value, list) else [value]:
            if isinstance(file, SimpleUploadedFile):
                file.seek(0)
    response = api.post(IMAGES, body, format="multipart")
    answer = response.json()
    assert (response.status_code, answer["code"]) == (400, "VALIDATION_ERROR")
    assert field in answer["fields"]
    assert (Image.objects.count(), stored()) == (0, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": None}, "url"),
        ({"url": 5}, "url"),
        ({"url": ["http://example.com/a.jpg"]}, "url"),
        ({"url": "http://example.com/a.jpg", "projectId": 7}, "projectId"),
        ({"url": "http://example.com/a.jpg", "size": 1}, "size"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "http://127.0.0.1:8000/a.jpg"}, "url"),
        ({"url": "http://localhost/a.jpg"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ([1], "request"),
        ("text", "request"),
    ],
)
def test_bad_json(api: APIClient, body: Any, field: str) -> None:
    response = api.post(IMAGES, body, format="json")
    answer = response.json()
    assert (response.status_code, answer["code"]) == (400, "VALIDATION_ERROR")
    assert list(answer["fields"]) == [field]
    assert Image.objects.count() == 0


def test_a_40_mb_file(api: APIClient, account: Account, stored: Any) -> None:
    file = SimpleUploadedFile("large.jpg", b"\xff\xd8\xff" + bytes(40_000_000))
    response = api.post(IMAGES, {"file": file}, format="multipart")
    assert response.status_code == 413
    assert response.json() == {
        "success": False,
        "error": "The maximum file size is 30 MB.",
        "code": "PAYLOAD_TOO_LARGE",
    }
    assert (Image.objects.count(), stored()) == (0, [])


def test_a_form_larger_than_any_upload(api: APIClient, picture: Make, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES, settings.MAX_FILES_PER_UPLOAD = 1000, 2
    settings.MAX_BATCH_BYTES = 0
    response = api.post(IMAGES, {"file": files(bytes(1_100_000))}, format="multipart")
    assert response.status_code == 413
    assert response.json()["error"] == "The maximum size of this request is 1.002 MB in total."


def test_someone_elses_project(
    api: APIClient, other_account: Account, picture: Make, stored: Any
) -> None:
    project = default_project(other_account)
    body = {"file": files(picture()), "projectId": project.public_id}
    response = api.post(IMAGES, body, format="multipart")
    assert response.status_code == 404
    assert response.json()["error"] == "Project not found."
    assert (project.images.count(), stored()) == (0, [])


@pytest.fixture
def site(picture: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A web server on this machine, and an outbound client that may go there."""
    data = picture()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data if "photo" in self.path else b"<html>")

        def log_message(self, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    port = server.server_port
    open_fetch = partial(outbound.fetch, allow_private=True, ports={port})
    monkeypatch.setattr(outbound, "fetch", open_fetch)
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    server.server_close()


def test_upload_by_address(api: APIClient, site: str, row: Row) -> None:
    response = api.post(IMAGES, {"url": f"{site}/a/red%20photo.jpg?key=secret"}, format="json")
    assert response.status_code == 201
    image = row(response.json()["data"])
    assert (image.name, image.source_url) == ("red photo.jpg", f"{site}/a/red%20photo.jpg")
    page = api.post(IMAGES, {"url": f"{site}/page.jpg"}, format="json")
    assert page.status_code == 400
    assert list(page.json()["fields"]) == ["url"]


# --- List -------------------------------------------------------------------------------------------


def names(api: APIClient, **query: Any) -> list[str]:
    response = api.get(IMAGES, query)
    assert response.status_code == 200, response.content
    return [image["name"] for image in response.json()["data"]["items"]]


@pytest.fixture
def three(upload: Upload, picture: Make) -> None:
    upload(picture(size=(50, 50)), name="Boot.jpg")
    upload(picture(size=(10, 10)), name="apron.jpg")
    upload(picture(size=(90, 90)), name="cap.jpg")


@pytest.mark.usefixtures("three")
def test_list_is_newest_first_and_only_ours(api: APIClient, strangers_api: APIClient) -> None:
    assert names(api) == ["cap.jpg", "apron.jpg", "Boot.jpg"]
    assert names(strangers_api) == []


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("createdAt", ["Boot.jpg", "apron.jpg", "cap.jpg"]),
        ("-createdAt", ["cap.jpg", "apron.jpg", "Boot.jpg"]),
        ("name", ["apron.jpg", "Boot.jpg", "cap.jpg"]),
        ("-name", ["cap.jpg", "Boot.jpg", "apron.jpg"]),
        ("bytes", ["apron.jpg", "Boot.jpg", "cap.jpg"]),
        ("-bytes", ["cap.jpg", "Boot.jpg", "apron.jpg"]),
    ],
)
def test_sorted(api: APIClient, sort: str, expected: list[str]) -> None:
    assert names(api, sort=sort) == expected


@pytest.mark.usefixtures("three")
def test_searched_and_paged(api: APIClient) -> None:
    assert names(api, search="AP", sort="name") == ["apron.jpg", "cap.jpg"]
    assert names(api, search="%") == []
    data = api.get(IMAGES, {"page": 2, "pageSize": 2}).json()["data"]
    assert (data["page"], data["pageSize"], data["total"]) == (2, 2, 3)
    assert [image["name"] for image in data["items"]] == ["Boot.jpg"]
    assert names(api, page=9) == []


def test_filtered_by_project_and_kind(
    api: APIClient, upload: Upload, row: Row, account: Account
) -> None:
    spring = second_project(account)
    upload(name="a.jpg")
    shown = upload(name="b.jpg", projectId=spring.public_id)
    parent = row(shown)
    Image.objects.filter(pk=parent.pk).update(kind="derived")
    assert names(api, project=spring.public_id) == ["b.jpg"]
    assert names(api, kind="original") == ["a.jpg"]
    assert names(api, kind="derived", project=spring.public_id) == ["b.jpg"]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "x"},
        {"pageSize": "101"},
        {"sort": "size"},
        {"kind": "copy"},
        {"project": "img_1111111111111111111111"},
        {"search": "a\0b"},
        {"color": "red"},
    ],
)
def test_wrong_queries(api: APIClient, query: dict[str, str]) -> None:
    response = api.get(IMAGES, query)
    assert response.status_code == 400
    assert list(response.json()["fields"]) == list(query)


def test_filter_by_someone_elses_project(api: APIClient, other_account: Account) -> None:
    project = default_project(other_account)
    assert api.get(IMAGES, {"project": project.public_id}).status_code == 404


def test_list_costs_the_same_however_long(
    api: APIClient, upload: Upload, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    upload()
    api.get(IMAGES)  # warm the session's "last used"
    with django_assert_num_queries(6):  # session, user, account with plan, exceptions, rows, count
        assert len(names(api)) == 1
    for _ in range(3):
        upload()
    with django_assert_num_queries(6):
        assert len(names(api)) == 4


# --- One picture ------------------------------------------------------------------------------------


def test_read(api: APIClient, upload: Upload) -> None:
    shown = upload()
    found = api.get(f"{IMAGES}/{shown['id']}").json()["data"]
    assert (found["id"], found["name"]) == (shown["id"], "shoe.jpg")


def test_rename_and_move(api: APIClient, upload: Upload, account: Account, row: Row) -> None:
    shown, spring = upload(), second_project(account)
    body = {"name": " left\u202eshoe\n.jpg ", "projectId": spring.public_id}
    changed = api.patch(f"{IMAGES}/{shown['id']}", body, format="json").json()["data"]
    assert (changed["name"], changed["projectId"]) == ("leftshoe .jpg", spring.public_id)
    assert (row(shown).name, row(shown).project) == ("leftshoe .jpg", spring)


def test_what_was_made_of_a_picture_is_called_after_it(
    api: APIClient, upload: Upload, row: Row
) -> None:
    photo = row(upload())
    names = ("shoe-cutout.png", "shoe-edit.jpg", "shoe-detail.png", "shoe-mask.png")
    made = [a_result(photo, name) for name in names]
    made.append(a_result(made[0], "shoe-cutout-edit.png"))  # of a result
    body = {"name": "Red shoe.jpg"}
    api.patch(f"{IMAGES}/{photo.public_id}", body, format="json")
    called = [Image.objects.get(pk=one.pk).name for one in made]
    # That of the detail was given by hand.
    assert called == [
        *("Red shoe-cutout.png", "Red shoe-edit.jpg", "shoe-detail.png", "Red shoe-mask.png"),
        "Red shoe-cutout-edit.png",
    ]
    shown = api.get(f"{IMAGES}/{made[1].public_id}").json()["data"]
    assert shown["name"] == "Red shoe-edit.jpg"


def a_result(parent: Image, name: str) -> Image:
    return Image.objects.create(
        account=parent.account,
        project=parent.project,
        kind=ImageKind.MASK if "mask" in name else ImageKind.DERIVED,
        parent=parent,
        job_id=uuid.uuid4(),
        name=name,
        **dict.fromkeys(("format", "media_type", "sha256", "file_key"), "png"),
        **dict.fromkeys(("width", "height", "bytes"), 1),
    )


def test_tags_and_favorites(api: APIClient, upload: Upload) -> None:
    shoe, hat = upload(name="shoe.jpg"), upload(name="hat.jpg")
    body = {"tags": [" To  sell", "spring", "SPRING", "50%"], "favorite": True}
    changed = api.patch(f"{IMAGES}/{shoe['id']}", body, format="json").json()["data"]
    assert (changed["tags"], changed["favorite"]) == (["To sell", "spring", "50%"], True)
    api.patch(f"{IMAGES}/{hat['id']}", {"tags": ["springtime"]}, format="json")

    def found(**asked: str) -> list[str]:
        return sorted(one["name"] for one in api.get(IMAGES, asked).json()["data"]["items"])

    assert found(tag="Spring") == found(favorite="true") == ["shoe.jpg"]
    assert found(search="spring") == ["hat.jpg", "shoe.jpg"]
    assert found(favorite="false") == ["hat.jpg"]
    assert found(tag="%") == []
    changed = api.patch(f"{IMAGES}/{shoe['id']}", {"tags": []}, format="json").json()["data"]
    assert (changed["tags"], changed["favorite"], found(tag="spring")) == ([], True, [])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "request"),
        ({"name": ""}, "name"),
        ({"name": "..."}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"kind": "derived"}, "kind"),
        ({"projectId": None}, "projectId"),
        ({"favorite": "perhaps"}, "favorite"),
        ({"tags": "spring"}, "tags"),
        ({"tags": ["x" * 41]}, "tags.0"),
        ({"tags": [f"tag {n}" for n in range(21)]}, "tags"),
    ],
)
def test_bad_changes(
    api: APIClient, upload: Upload, row: Row, body: dict[str, Any], field: str
) -> None:
    shown = upload()
    response = api.patch(f"{IMAGES}/{shown['id']}", body, format="json")
    assert response.status_code == 400
    assert list(response.json()["fields"]) == [field]
    assert (row(shown).name, row(shown).kind) == ("shoe.jpg", "original")


def test_delete_forgets_all_but_the_bare_row(
    api: APIClient,
    upload: Upload,
    row: Row,
    stored: Callable[[], list[str]],
) -> None:
    shown, other = upload(), upload(name="other.jpg")
    Image.objects.filter(pk=row(shown).pk).update(source_url="http://example.com/a.jpg")
    response = api.delete(f"{IMAGES}/{shown['id']}?permanently=true")
    assert (response.status_code, response.json()) == (200, {"success": True, "data": None})
    trash.remove_files.fn()
    image = row(shown)
    assert (image.name, image.source_url, image.keys) == ("", "", [])
    assert image.deleted_at is not None
    assert stored() == row(other).keys
    assert api.get(f"{IMAGES}/{shown['id']}").status_code == 404
    assert api.delete(f"{IMAGES}/{shown['id']}").status_code == 404
    assert names(api) == ["other.jpg"]


def test_a_stranger_finds_nothing_and_changes_nothing(
    strangers_api: APIClient, upload: Upload, row: Row, stored: Any
) -> None:
    shown = upload()
    address = f"{IMAGES}/{shown['id']}"
    answers = [
        strangers_api.get(address),
        strangers_api.patch(address, {"name": "mine"}, format="json"),
        strangers_api.delete(address),
        strangers_api.get(f"{address}/content"),
        strangers_api.get(f"{IMAGES}/img_1"),
        strangers_api.get(f"{IMAGES}/{'../' * 3}"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert {answer.json()["error"] for answer in answers[:5]} == {"Image not found."}
    assert (row(shown).name, stored()) == ("shoe.jpg", row(shown).keys)


def test_cookie_uploads_need_csrf_and_keep_the_limit(
    seller: DemoAccount, picture: Make, settings: Any
) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(seller.user)
    client.cookies["csrftoken"] = token = "a" * 32
    response = client.post(IMAGES, {"file": files(picture())}, format="multipart")
    assert (response.status_code, response.json()["code"]) == (403, "CSRF_FAILED")
    # The CSRF check looks for its token in the form: the limit must already stand there.
    settings.MAX_UPLOAD_BYTES = 100
    response = client.post(IMAGES, {"file": files(picture())}, format="multipart")
    assert response.status_code == 413
    assert Image.objects.count() == 0
    settings.MAX_UPLOAD_BYTES = 30_000_000
    body = {"file": files(picture())}
    response = client.post(IMAGES, body, format="multipart", headers={"X-CSRFToken": token})
    assert (response.status_code, Image.objects.count()) == (201, 1)


def test_content_redirects_to_a_signed_address(api: APIClient, upload: Upload) -> None:
    shown = upload()
    response = api.get(f"{IMAGES}/{shown['id']}/content", {"download": "true"})
    assert response.status_code == 302
    assert response["Location"].startswith(f"http://testserver/content/{shown['id']}/file?")
    assert response["Location"].endswith("&download=1")
    missing = api.get(f"{IMAGES}/{shown['id']}/content", {"variant": "thumbnail"})
    assert (missing.status_code, missing.json()["error"]) == (404, "File not found.")
    wrong = api.get(f"{IMAGES}/{shown['id']}/content", {"variant": "raw"})
    assert (wrong.status_code, list(wrong.json()["fields"])) == (400, ["variant"])
