"""Pages on pictures and the work on them."""

from __future__ import annotations

from django.urls import path

from processing.pages import front, library, picture, webhooks

urlpatterns = [
    path("", front.home, name="home"),
    path("library/", library.library, name="library"),
    path("library/upload/", library.upload, name="upload"),
    path("library/live/", library.library_live, name="library-live"),
    path("pictures/<str:image_id>/", picture.picture, name="picture"),
    path("pictures/<str:image_id>/cut-out/", picture.cut_out, name="cut-out"),
    path("pictures/<str:image_id>/live/", picture.picture_live, name="picture-live"),
    path("pictures/<str:image_id>/delete/", picture.delete_picture, name="delete-picture"),
    path("developers/webhooks/", webhooks.overview, name="webhooks"),
    path("developers/webhooks/<str:webhook_id>/", webhooks.webhook, name="webhook"),
    path("developers/webhooks/<str:webhook_id>/test/", webhooks.test, name="test-webhook"),
    path("developers/webhooks/<str:webhook_id>/switch/", webhooks.switch, name="switch-webhook"),
    path("developers/webhooks/<str:webhook_id>/secret/", webhooks.rotate, name="rotate-webhook"),
    path("developers/webhooks/<str:webhook_id>/delete/", webhooks.delete, name="delete-webhook"),
    path(
        "developers/webhooks/<str:webhook_id>/<str:delivery_id>/replay/",
        webhooks.replay,
        name="replay-delivery",
    ),
    path("jobs/<str:job_id>/cancel/", picture.cancel_job, name="cancel-job"),
    path("jobs/<str:job_id>/retry/", picture.retry_job, name="retry-job"),
]
