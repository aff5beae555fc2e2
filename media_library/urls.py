"""Addresses outside the API."""

from __future__ import annotations

from django.urls import path

from media_library.files.content import content

urlpatterns = [
    path("content/<str:image_id>/<str:variant>", content, name="image-content"),
]
