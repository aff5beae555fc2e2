"""The API's addresses, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from media_library.api import images, projects

urlpatterns = [
    path("images", images.Images.as_view(), name="api-images"),
    path("images/<str:image_id>", images.OneImage.as_view(), name="api-image"),
    path("images/<str:image_id>/content", images.ImageContent.as_view(), name="api-image-content"),
    path("projects/<str:project_id>", projects.OneProject.as_view(), name="api-project"),
]
