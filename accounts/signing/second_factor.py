"""Authenticator apps, passkeys and recovery codes: encrypted at rest, and reset by staff, never read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.signing.browsers import browser_name
from config import encryption

# What allauth keeps of each kind of authenticator: one secret, or a list of them.
_SECRETS = ("secret", "seed", "migrated_codes")


class MfaAdapter(DefaultMFAAdapter):
    """allauth's hook for what it stores, and for what it says."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": _("Switch off two-factor sign-in before you add an address."),
        "cannot_delete_authenticator": _("Two-factor sign-in can’t be switched off here."),
        "cannot_generate_recovery_codes": _("Set up an authenticator app or a passkey first."),
        "incorrect_code": _("The code is wrong or was already used."),
        "unverified_email": _("Confirm your e-mail address first."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Call a passkey as the browser that makes it, until somebody calls it otherwise."""
        return browser_name(context.request.headers.get("User-Agent", ""))[:60]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Packshot"}


def is_set_up(user: User) -> bool:
    """Whether the person has an authenticator app or a passkey; recovery codes alone are none."""
    from allauth.mfa.models import Authenticator  # an app that loads after this one

    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=user, type__in=kinds).exists())


def reset(request: HttpRequest, user: User) -> bool:
    """Let a person in with the password alone, who lost the app and the codes; whether there was a
    second factor. The person is told by mail."""
    from allauth.mfa.models import Authenticator  # an app that loads after this one

    deleted, _ = Authenticator.objects.filter(user=user).delete()
    if deleted:
        adapter = get_account_adapter(request)
        with translation.override(user.language or settings.LANGUAGE_CODE):  # not the staff's
            adapter.send_mail("accounts/email/second_factor_reset", user.email, {"user": user})
    return bool(deleted)


def reencrypt() -> int:
    """Encrypt all that is stored under the newest key; how many authenticators there are."""
    from allauth.mfa.models import Authenticator

    return convert(Authenticator, encryption.reencrypt)


@transaction.atomic
def convert(model: Any, change: Callable[[str], str]) -> int:
    """Put each stored secret through ``change``; how many authenticators there are.

    ``model`` is allauth's Authenticator, or the same in a migration.
    """
    rows = model.objects.select_for_update()
    for row in rows:
        for name in set(_SECRETS) & set(row.data):
            kept = row.data[name]
            row.data[name] = (
                [change(one) for one in kept] if isinstance(kept, list) else change(kept)
            )
        row.save(update_fields=["data"])
    return len(rows)
