"""The API's addresses, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from processing.api import (
    archives,
    batches,
    buckets,
    edits,
    jobs,
    masks,
    previews,
    projects,
    ratings,
    rooms,
    streams,
    tools,
    webhooks,
)
from processing.api.appearance import (
    background_library,
    backgrounds,
    brand_kit,
    packs,
    presets,
    resources,
)

urlpatterns = [
    path(
        "images/tools/remove-background",
        tools.RemoveBackgroundView.as_view(),
        name="api-remove-background",
    ),
    path("images/tools/edit", edits.EditView.as_view(), name="api-edit"),
    path(
        "images/tools/generate-background",
        edits.GenerateBackgroundView.as_view(),
        name="api-generate-background",
    ),
    path(
        "images/tools/replace-background",
        edits.ReplaceBackgroundView.as_view(),
        name="api-replace-background",
    ),
    path("images/<str:image_id>/preview", previews.PreviewView.as_view(), name="api-image-preview"),
    path("images/tools/enhance", rooms.EnhanceView.as_view(), name="api-enhance"),
    path("images/tools/merge-hdr", rooms.MergeHdrView.as_view(), name="api-merge-hdr"),
    path("images/tools/upscale", edits.UpscaleView.as_view(), name="api-upscale"),
    path("images/tools/remove-text", edits.RemoveTextView.as_view(), name="api-remove-text"),
    path(
        "images/<str:image_id>/reprocess", rooms.ReprocessView.as_view(), name="api-image-reprocess"
    ),
    path("images/<str:image_id>/rating", ratings.ImageRating.as_view(), name="api-image-rating"),
    path("images/<str:image_id>/mask", masks.ImageMask.as_view(), name="api-image-mask"),
    path("batch", batches.Batches.as_view(), name="api-batches"),
    path("batch/<str:batch_id>", batches.OneBatch.as_view(), name="api-batch"),
    path("batch/<str:batch_id>/events", streams.BatchEvents.as_view(), name="api-batch-events"),
    path("batch/<str:batch_id>/cancel", batches.CancelBatch.as_view(), name="api-batch-cancel"),
    path("batch/<str:batch_id>/retry", batches.RetryBatch.as_view(), name="api-batch-retry"),
    path(
        "batch/<str:batch_id>/manifest",
        archives.BatchManifest.as_view(),
        name="api-batch-manifest",
    ),
    path("batch/<str:batch_id>/download", archives.DownloadBatch.as_view(), name="api-batch-zip"),
    path("backgrounds", background_library.Backgrounds.as_view(), name="api-backgrounds"),
    path(
        "backgrounds/generate",
        backgrounds.PaintBackgroundView.as_view(),
        name="api-backgrounds-generate",
    ),
    path(
        "backgrounds/<str:background_id>",
        background_library.OneBackground.as_view(),
        name="api-background",
    ),
    path(
        "backgrounds/<str:background_id>/favorite",
        background_library.FavoriteBackground.as_view(),
        name="api-background-favorite",
    ),
    path("brand-kit", brand_kit.BrandKitView.as_view(), name="api-brand-kit"),
    path("enterprise/resources", resources.Resources.as_view(), name="api-resources"),
    path(
        "enterprise/resources/<str:resource_id>",
        resources.OneResource.as_view(),
        name="api-resource",
    ),
    path("backdrops", edits.BackdropsView.as_view(), name="api-backdrops"),
    path("projects", projects.Projects.as_view(), name="api-projects"),
    path("projects/<str:project_id>", projects.OneProject.as_view(), name="api-project"),
    path("projects/<str:project_id>/look", projects.OwnLook.as_view(), name="api-project-look"),
    path("presets", presets.Presets.as_view(), name="api-presets"),
    path("presets/ready", presets.ReadyPresets.as_view(), name="api-presets-ready"),
    path("presets/<str:preset_id>", presets.OnePreset.as_view(), name="api-preset"),
    path("packs", packs.Packs.as_view(), name="api-packs"),
    path("packs/ready", packs.ReadyPacks.as_view(), name="api-packs-ready"),
    path("packs/<str:pack_id>", packs.OnePack.as_view(), name="api-pack"),
    path("models", tools.ModelsView.as_view(), name="api-models"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path("jobs/<str:job_id>", jobs.OneJob.as_view(), name="api-job"),
    path("jobs/<str:job_id>/events", streams.JobEvents.as_view(), name="api-job-events"),
    path("jobs/<str:job_id>/cancel", jobs.CancelJob.as_view(), name="api-job-cancel"),
    path("jobs/<str:job_id>/retry", jobs.RetryJob.as_view(), name="api-job-retry"),
    path("buckets", buckets.Buckets.as_view(), name="api-buckets"),
    path("buckets/<str:bucket_id>", buckets.OneBucket.as_view(), name="api-bucket"),
    path("buckets/<str:bucket_id>/check", buckets.CheckBucket.as_view(), name="api-bucket-check"),
    path("webhooks", webhooks.Webhooks.as_view(), name="api-webhooks"),
    path("webhooks/<str:webhook_id>", webhooks.OneWebhook.as_view(), name="api-webhook"),
    path("webhooks/<str:webhook_id>/test", webhooks.SendTest.as_view(), name="api-webhook-test"),
    path(
        "webhooks/<str:webhook_id>/rotate-secret",
        webhooks.RotateSecret.as_view(),
        name="api-webhook-rotate-secret",
    ),
    path(
        "webhooks/<str:webhook_id>/deliveries",
        webhooks.Deliveries.as_view(),
        name="api-webhook-deliveries",
    ),
    path(
        "webhooks/<str:webhook_id>/deliveries/<str:delivery_id>/replay",
        webhooks.ReplayDelivery.as_view(),
        name="api-webhook-replay",
    ),
]
