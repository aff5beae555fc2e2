"""``manage.py reencrypt``: stored secrets under the newest of ENCRYPTION_KEYS."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from config.encryption import HOLDERS, DecryptionError


class Command(BaseCommand):
    help = "Encrypts all stored secrets anew, so that older ENCRYPTION_KEYS can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with transaction.atomic():
                done = {name: reencrypt_all() for name, reencrypt_all in HOLDERS.items()}
        except DecryptionError as error:
            raise CommandError(f"{error} Nothing was changed.") from error
        for name, count in done.items():
            self.stdout.write(f"{name}: {count}")
