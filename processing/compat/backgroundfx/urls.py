"""The vendor's addresses, below /compat/backgroundfx/v1/."""

from __future__ import annotations

from django.urls import path

from processing.compat.backgroundfx import auth_views, views

urlpatterns = [
    path("auth/login", auth_views.Login.as_view()),
    path("auth/register", auth_views.Register.as_view()),
    path("auth/refresh", auth_views.Refresh.as_view()),
    path("process/remove-background", views.RemoveBackground.as_view()),
    path("process/batch", views.StartBatch.as_view()),
    path("process/jobs/<str:job_id>", views.BatchJob.as_view()),
    path("process/replace-background", views.ReplaceBackground.as_view()),
    path("backgrounds", views.Backgrounds.as_view()),
    path("backgrounds/generate", views.GenerateBackground.as_view()),
    path("projects", views.Projects.as_view()),
    path("webhooks", views.Webhooks.as_view()),
    path("masks/<str:token>", views.Mask.as_view(), name="backgroundfx-mask"),
]
