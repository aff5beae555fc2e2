"""Pages on pictures and the work on them."""

from __future__ import annotations

from django.urls import path

from processing.pages import front, library, picture

urlpatterns = [
    path("", front.home, name="home"),
    path("library/", library.library, name="library"),
    path("library/upload/", library.upload, name="upload"),
    path("library/live/", library.library_live, name="library-live"),
    path("pictures/<str:image_id>/", picture.picture, name="picture"),
    path("pictures/<str:image_id>/cut-out/", picture.cut_out, name="cut-out"),
    path("pictures/<str:image_id>/live/", picture.picture_live, name="picture-live"),
    path("pictures/<str:image_id>/delete/", picture.delete_picture, name="delete-picture"),
    path("jobs/<str:job_id>/cancel/", picture.cancel_job, name="cancel-job"),
    path("jobs/<str:job_id>/retry/", picture.retry_job, name="retry-job"),
]
