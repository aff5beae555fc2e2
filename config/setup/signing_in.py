"""How people sign up and in, as django-allauth has it."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured

_FORMS: Final = "accounts.signing.forms"
_ACCOUNT_FORMS: Final = {
    "signup": "SignupForm",
    "login": "LoginForm",
    "add_email": "AddEmailForm",
    "change_password": "ChangePasswordForm",
    "set_password": "SetPasswordForm",
    "reset_password": "ResetPasswordForm",
    "reset_password_from_key": "ResetPasswordKeyForm",
    "reauthenticate": "PasswordAgainForm",
    "confirm_reauthentication_code": "ConfirmCodeForm",
}
_MFA_FORMS: Final = {
    "authenticate": "CodeForm",
    "reauthenticate": "CodeAgainForm",
    "activate_totp": "SetUpAppForm",
}
_PASSKEYS: Final = "accounts.signing.passkeys"
_PASSKEY_FORMS: Final = {
    "add_webauthn": "AddPasskeyForm",
    "edit_webauthn": "NamePasskeyForm",
    "login_webauthn": "LoginPasskeyForm",
    "authenticate_webauthn": "SecondPasskeyForm",
    "reauthenticate_webauthn": "PasskeyAgainForm",
}


def signing_in(*, mail_is_sent: bool, scheme: str) -> dict[str, Any]:
    """Make the settings; where no mail is sent, addresses stay unverified."""
    return {
        "ACCOUNT_ADAPTER": "accounts.signing.adapter.AccountAdapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": None,
        "ACCOUNT_LOGIN_METHODS": {"email"},
        "ACCOUNT_SIGNUP_FIELDS": ["email*", "password1*"],  # once: it can be looked at
        "ACCOUNT_FORMS": {name: f"{_FORMS}.{form}" for name, form in _ACCOUNT_FORMS.items()},
        "ACCOUNT_EMAIL_VERIFICATION": "mandatory" if mail_is_sent else "none",
        "ACCOUNT_EMAIL_NOTIFICATIONS": mail_is_sent,  # of changed passwords, passkeys and their like
        "ACCOUNT_EMAIL_SUBJECT_PREFIX": "Packshot: ",
        "ACCOUNT_SESSION_REMEMBER": True,
        # How often one e-mail address or code may be tried is up to accounts.limits.sign_in_tries.
        "ACCOUNT_RATE_LIMITS": {"login": "20/m/ip", "login_failed": None},
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": scheme,
        "MFA_ALLOW_UNVERIFIED_EMAIL": not mail_is_sent,
        "MFA_ADAPTER": "accounts.signing.second_factor.MfaAdapter",
        "MFA_FORMS": {name: f"{_FORMS}.{form}" for name, form in _MFA_FORMS.items()}
        | {name: f"{_PASSKEYS}.{form}" for name, form in _PASSKEY_FORMS.items()},
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": "Packshot",
        "SOCIALACCOUNT_ADAPTER": "accounts.signing.google.SocialAdapter",
        # Connecting and removing ask once more who it is.
        "SOCIALACCOUNT_REAUTHENTICATION_REQUIRED": True,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_PROVIDERS": {
            "google": {
                "SCOPE": ["openid", "email", "profile"],
                "AUTH_PARAMS": {"prompt": "select_account"},
                "OAUTH_PKCE_ENABLED": True,
            }
        },
        "LOGIN_URL": "account_login",
        "LOGIN_REDIRECT_URL": "/library/",
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/",
    }


def google_pages(client_id: str, client_secret: str) -> list[str]:
    """Name the origin that a form of the site may lead on to: Google's, where people sign in with it.

    Raises ImproperlyConfigured where one of the two is missing.
    """
    if bool(client_id) != bool(client_secret):
        raise ImproperlyConfigured(
            "GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET belong together: set both or none."
        )
    return ["https://accounts.google.com"] if client_id else []
