"""The vendor's addresses, below /compat/photoroom/."""

from __future__ import annotations

from django.urls import path

from processing.compat.photoroom import views

urlpatterns = [
    path("v1/segment", views.Segment.as_view()),
    path("v1/account", views.AccountV1.as_view()),
    path("v2/account", views.AccountV2.as_view()),
    path("v2/edit", views.EditView.as_view()),
    path("v1/render", views.RenderView.as_view()),
    path("v1/edit", views.RenderView.as_view()),
]
