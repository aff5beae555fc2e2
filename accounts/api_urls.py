"""Mounted at /api/v1/."""

from __future__ import annotations

from django.urls import path

from accounts import api

urlpatterns = [
    path("auth/register", api.RegisterView.as_view(), name="api_register"),
    path("auth/login", api.LoginView.as_view(), name="api_login"),
    path("auth/logout", api.LogoutView.as_view(), name="api_logout"),
    path("auth/me", api.MeView.as_view(), name="api_me"),
    path("auth/sessions", api.SessionsView.as_view(), name="api_sessions"),
    path("auth/sessions/<str:session_id>", api.SessionView.as_view(), name="api_session"),
    path("keys", api.KeysView.as_view(), name="api_keys"),
    path("keys/<str:key_id>", api.KeyView.as_view(), name="api_key"),
    path("usage", api.UsageView.as_view(), name="api_usage"),
]
