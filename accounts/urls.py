"""Pages on one's own account."""

from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [
    path("settings/keys/", views.keys, name="keys"),
    path("settings/keys/<str:key_id>/revoke/", views.revoke_key, name="revoke-key"),
    path("settings/account/delete/", views.delete_account, name="delete-account"),
    path("settings/sessions/<str:session_id>/end/", views.end_session, name="end-session"),
]
