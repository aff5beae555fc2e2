"""What allauth's pages do differently here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.db import transaction
from django.http import HttpRequest

from accounts.http import client_ip
from accounts.models import Session, User, normalised_email
from accounts.services import make_account
from accounts.signing.sessions import key_hash


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Signing up on the page makes the account too, as the API does."""
        user.name = str(form.cleaned_data.get("name") or "").strip()
        super().save_user(request, user, form, commit=False)
        user.email = normalised_email(user.email)
        if commit:
            with transaction.atomic():
                user.save()
                make_account(user)
        return user

    def set_password(self, user: User, password: str) -> None:
        """A changed password ends every other session, and the list of them shows it."""
        super().set_password(user, password)
        here = key_hash(self.request.session.session_key or "") if self.request else ""
        Session.objects.filter(user=user).exclude(key_hash=here).delete()

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)
