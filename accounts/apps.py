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
        from corsheaders.signals import check_request_enabled
        from django.contrib.auth.signals import user_logged_in

        from accounts.access import origins
        from accounts.lifecycle import own_data
        from accounts.signing import second_factor, sign_in
        from config import encryption

        # The one way that django-cors-headers has for origins that are not in the settings.
        check_request_enabled.connect(origins.is_allowed, dispatch_uid="accounts.origins")
        user_logged_in.connect(sign_in.keep_account, dispatch_uid="accounts.sign_in")
        own_data.register("accounts", own_data.of_account)
        encryption.register("authenticators", second_factor.reencrypt)
