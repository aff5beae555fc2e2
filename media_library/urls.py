"""Addresses outside the API."""

from __future__ import annotations

from django.urls import path

from media_library.files.content import content
from media_library.pages import own_data, sharing, trash, visitors

urlpatterns = [
    path("settings/data/", own_data.your_data, name="your-data"),
    path("settings/data/ask/", own_data.ask, name="ask-for-data"),
    path("settings/data/<str:export_id>/", own_data.fetch, name="fetch-data"),
    path("trash/", trash.trash_page, name="trash"),
    path("trash/restore/", trash.restore, name="trash-restore"),
    path("trash/remove/", trash.remove, name="trash-remove"),
    path("trash/empty/", trash.empty, name="trash-empty"),
    path("trash/undo/<int:key>/", trash.undo, name="trash-undo"),
    path("shared/", sharing.shared, name="shared"),
    path("shared/new/", sharing.new_share, name="new-share"),
    path("shared/<str:share_id>/", sharing.change_share, name="change-share"),
    path("shared/<str:share_id>/revoke/", sharing.revoke_share, name="revoke-share"),
    path("s/<str:token>/", visitors.share, name="share"),
    path("s/<str:token>/all.zip", visitors.zipped, name="share-zip"),
    path("s/<str:token>/<str:image_id>/", visitors.picture, name="share-picture"),
    path("s/<str:token>/<str:image_id>/<str:variant>", visitors.file, name="share-file"),
    path("content/<str:image_id>/<str:variant>", content, name="image-content"),
]
