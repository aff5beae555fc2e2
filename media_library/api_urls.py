"""The API's addresses, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from media_library.api import images, own_data, shares, trash

urlpatterns = [
    path("images", images.Images.as_view(), name="api-images"),
    path("images/looked", images.LookedAt.as_view(), name="api-images-looked"),
    path("images/move", images.MoveImages.as_view(), name="api-images-move"),
    path("images/<str:image_id>", images.OneImage.as_view(), name="api-image"),
    path("images/<str:image_id>/content", images.ImageContent.as_view(), name="api-image-content"),
    path("account/export", own_data.AccountExport.as_view(), name="api-data-export"),
    path(
        "account/export/content",
        own_data.AccountExportContent.as_view(),
        name="api-data-export-content",
    ),
    path("trash", trash.Trash.as_view(), name="api-trash"),
    path("trash/restore", trash.RestoreFromTrash.as_view(), name="api-trash-restore"),
    path("trash/<str:image_id>", trash.OneTrashed.as_view(), name="api-trashed"),
    path("shares", shares.Shares.as_view(), name="api-shares"),
    path("shares/<str:share_id>", shares.OneShare.as_view(), name="api-share"),
    path("storage", trash.StorageUse.as_view(), name="api-storage"),
]
