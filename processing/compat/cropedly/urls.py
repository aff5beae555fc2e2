"""The vendor's addresses, below /compat/cropedly/."""

from __future__ import annotations

from django.urls import path

from processing.compat.cropedly import resources, views

urlpatterns = [
    path("auth/v1/login", views.Login.as_view()),
    path("images/v1", views.Images.as_view()),
    path("images/v1/enterprise-resources/images/upload", resources.Upload.as_view()),
    path("images/v1/enterprise-resources/images", resources.Resources.as_view()),
    path(
        "images/v1/enterprise-resources/images/<str:resource_id>", resources.OneResource.as_view()
    ),
    path("images/v1/<str:image_id>", views.OneImage.as_view()),
]
