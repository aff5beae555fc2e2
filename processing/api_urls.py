"""The API's addresses, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from processing.api import jobs, tools

urlpatterns = [
    path(
        "images/tools/remove-background",
        tools.RemoveBackgroundView.as_view(),
        name="api-remove-background",
    ),
    path("models", tools.ModelsView.as_view(), name="api-models"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<str:job_id>", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<str:job_id>/cancel", jobs.CancelJob.as_view(), name="api-job-cancel"),
    path("jobs/<str:job_id>/retry", jobs.RetryJob.as_view(), name="api-job-retry"),
]
