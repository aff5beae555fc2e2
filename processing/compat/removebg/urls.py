"""The vendor's addresses, below /compat/removebg/v1.0/."""

from __future__ import annotations

from django.urls import path

from processing.compat.removebg import views

urlpatterns = [
    path("removebg", views.RemoveBackground.as_view()),
    path("account", views.Account.as_view()),
    path("improve", views.Improve.as_view()),
]
