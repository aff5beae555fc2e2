"""The accounts app."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts and plans"

    def ready(self) -> None:
        # drf-spectacular knows an extension from the moment its class is made.
        import_module("accounts.api.openapi")
        import_module("config.api.openapi.strict")
        from accounts.signing import second_factor
        from config import encryption

        encryption.register("authenticators", second_factor.reencrypt)
