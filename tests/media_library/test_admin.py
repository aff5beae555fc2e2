"""Staff look, and change nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import groups
from accounts.models import Account, User
from media_library.files import thumbnails
from media_library.intake import ingest
from media_library.models import Background, Image


@pytest.fixture
def image(account: Account, picture: Any) -> Image:
    image = ingest.ingest(account, picture(), name="shoe.jpg")
    thumbnails.make_thumbnail(str(image.id))
    return Image.live.get()


@pytest.fixture
def staff(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("staff@example.com", "x"))
    return client


def test_images_are_listed_with_their_thumbnails(staff: Client, image: Image) -> None:
    address = reverse("admin:media_library_image_changelist")
    page = staff.get(address, {"state": "live", "q": "shoe"}).content.decode()
    assert f"/content/{image.public_id}/thumbnail?" in page
    assert "shoe.jpg" in page
    assert "shoe.jpg" not in staff.get(address, {"state": "deleted"}).content.decode()
    # Support sees the facts: pictures are shown to it by their sellers, with ratings.
    support = User.objects.create_user("help@example.com", "x", is_staff=True)
    support.groups.add(Group.objects.get(name=groups.SUPPORT))
    staff.force_login(support)
    for page in (address, reverse("admin:media_library_image_change", args=[image.pk])):
        told = staff.get(page).content.decode()
        assert "shoe.jpg" in told
        assert "/content/" not in told


def test_nothing_can_be_changed(staff: Client, image: Image) -> None:
    behind = Background.objects.create(account=image.account, image=image, name="oak")
    rows = (("image", image.pk), ("project", image.project_id), ("background", behind.pk))
    for model, key in rows:
        change = reverse(f"admin:media_library_{model}_change", args=[key])
        assert staff.get(change).status_code == 200
        assert staff.post(change, {"name": "mine"}).status_code == 403
        delete = reverse(f"admin:media_library_{model}_delete", args=[key])
        assert staff.post(delete, {"post": "yes"}).status_code == 403
        assert staff.get(reverse(f"admin:media_library_{model}_add")).status_code == 403
    assert Image.live.get().name == "shoe.jpg"


def test_projects_count_their_live_pictures(staff: Client, image: Image) -> None:
    page = staff.get(reverse("admin:media_library_project_changelist")).content.decode()
    assert '<td class="field-pictures">1</td>' in page
