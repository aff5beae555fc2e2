"""Pages on pictures and the work on them."""

from __future__ import annotations

from django.urls import path

from processing import views

urlpatterns = [
    path("", views.home, name="home"),
    path("library/", views.library, name="library"),
    path("library/upload/", views.upload, name="upload"),
    path("library/live/", views.library_live, name="library-live"),
    path("pictures/<str:image_id>/", views.picture, name="picture"),
    path("pictures/<str:image_id>/cut-out/", views.cut_out, name="cut-out"),
    path("pictures/<str:image_id>/live/", views.picture_live, name="picture-live"),
    path("pictures/<str:image_id>/delete/", views.delete_picture, name="delete-picture"),
    path("jobs/<str:job_id>/cancel/", views.cancel_job, name="cancel-job"),
    path("jobs/<str:job_id>/retry/", views.retry_job, name="retry-job"),
]
