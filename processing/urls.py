"""Pages on pictures and the work on them."""

from __future__ import annotations

from django.urls import path

from processing.pages import (
    backgrounds,
    batches,
    front,
    home,
    library,
    looks,
    picture,
    selected,
    webhooks,
)

urlpatterns = [
    path("", front.home, name="home"),
    path("home/", home.home_page, name="home-page"),
    path("library/", library.library, name="library"),
    path("library/upload/", library.upload, name="upload"),
    path("library/arrived/", library.arrived, name="arrived"),
    path("library/live/", library.library_live, name="library-live"),
    path("library/samples/", library.add_samples, name="add-samples"),
    path("library/selected/", selected.act, name="selected"),
    path("pictures/<str:image_id>/", picture.picture, name="picture"),
    path("pictures/<str:image_id>/cut-out/", picture.cut_out, name="cut-out"),
    path("pictures/<str:image_id>/live/", picture.picture_live, name="picture-live"),
    path("pictures/<str:image_id>/delete/", picture.delete_picture, name="delete-picture"),
    path("batches/", batches.batch_list, name="batches"),
    path("batches/new/", batches.new_batch, name="new-batch"),
    path("batches/<str:batch_id>/", batches.one_batch, name="batch"),
    path("batches/<str:batch_id>/live/", batches.batch_live, name="batch-live"),
    path("batches/<str:batch_id>/cancel/", batches.cancel_batch, name="cancel-batch"),
    path("batches/<str:batch_id>/retry/", batches.retry_batch, name="retry-batch"),
    path("looks/", looks.look_list, name="looks"),
    path("looks/new/", looks.new_look, name="new-look"),
    path("looks/keep/", looks.keep_look, name="keep-look"),
    path("looks/colors/", looks.change_colors, name="brand-colors"),
    path("looks/logo/", looks.change_logo, name="brand-logo"),
    path("looks/<str:preset_id>/rename/", looks.rename_look, name="rename-look"),
    path("looks/<str:preset_id>/delete/", looks.delete_look, name="delete-look"),
    path("looks/<str:preset_id>/default/", looks.choose_default_look, name="default-look"),
    path("backgrounds/", backgrounds.background_list, name="backgrounds"),
    path("backgrounds/upload/", backgrounds.upload_background, name="upload-background"),
    path("backgrounds/words/", backgrounds.paint_variants, name="paint-background"),
    path("backgrounds/variants/", backgrounds.variants_live, name="background-variants-live"),
    path("backgrounds/choose/", backgrounds.choose_variants, name="choose-variants"),
    path(
        "backgrounds/<str:background_id>/favorite/",
        backgrounds.favor_background,
        name="favor-background",
    ),
    path(
        "backgrounds/<str:background_id>/rename/",
        backgrounds.rename_background,
        name="rename-background",
    ),
    path(
        "backgrounds/<str:background_id>/delete/",
        backgrounds.delete_background,
        name="delete-background",
    ),
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
