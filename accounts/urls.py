"""Pages on one's own account."""

from __future__ import annotations

from django.urls import path

from accounts.pages import account

urlpatterns = [
    path("settings/keys/", account.keys, name="keys"),
    path("settings/keys/<str:key_id>/revoke/", account.revoke_key, name="revoke-key"),
    path("settings/account/delete/", account.delete_account, name="delete-account"),
    path("settings/sessions/<str:session_id>/end/", account.end_session, name="end-session"),
]
