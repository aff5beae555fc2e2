"""A welcome for somebody who has just started Packshot: an account, and photos already cut out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.access.demo import DemoAccount, create_demo
from accounts.http import Caller
from accounts.models import Account
from media_library.intake.ingest import ingest
from processing.commands import RemoveBackground
from processing.services import jobs

PHOTOS = Path(settings.BASE_DIR) / "media_library/demo"


class Command(BaseCommand):
    help = "Creates the demo account and processes its photos, if there are no accounts yet."

    def handle(self, *args: Any, **options: Any) -> None:
        if Account.objects.exists():
            return
        demo = create_demo()
        self._cut_out_photos(demo)
        self.stdout.write(
            "\n  A demo account was created. Its secrets are shown only this once:\n\n    "
            f"e-mail    {demo.email}\n    password  {demo.password}\n    API key   "
            f"{demo.api_key}\n"
        )

    def _cut_out_photos(self, demo: DemoAccount) -> None:
        caller = Caller(account=demo.account, user=demo.user)
        for path in sorted(PHOTOS.glob("*.jpg")):
            image = ingest(demo.account, path.read_bytes(), name=path.name)
            jobs.submit(caller, RemoveBackground(), source=image)
