"""What an API key may be allowed to do. People who signed in may do all of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACCOUNT_READ = "account:read"
BUCKETS_READ = "buckets:read"
BUCKETS_WRITE = "buckets:write"
IMAGES_READ = "images:read"
IMAGES_WRITE = "images:write"
JOBS_READ = "jobs:read"
JOBS_WRITE = "jobs:write"
LISTINGS_READ = "listings:read"
LISTINGS_WRITE = "listings:write"
WEBHOOKS_READ = "webhooks:read"
WEBHOOKS_WRITE = "webhooks:write"

DESCRIPTIONS = {
    IMAGES_READ: _(
        "See and download pictures and results; see projects, looks, backgrounds and shared links"
    ),
    IMAGES_WRITE: _(
        "Upload, rename, move, share and delete pictures; change projects and backgrounds"
    ),
    JOBS_READ: _("Ask how far cutouts and edits are, and what came of them"),
    JOBS_WRITE: _("Cut out and edit pictures, which counts on your plan; change looks"),
    LISTINGS_READ: _("See, check and export listings and sold items"),
    LISTINGS_WRITE: _("Create, change and delete listings and sold items; have listings written"),
    WEBHOOKS_READ: _("See webhooks and what was sent to them"),
    WEBHOOKS_WRITE: _("Create, change, test and delete webhooks"),
    BUCKETS_READ: _("See buckets, without the secrets of their keys"),
    BUCKETS_WRITE: _("Save, change, check and delete buckets"),
    ACCOUNT_READ: _("See the account’s name, its plan and how much of it is used"),
}
ALL_SCOPES = tuple(sorted(DESCRIPTIONS))
READING_SCOPES = tuple(scope for scope in ALL_SCOPES if scope.endswith(":read"))
# What the samples need, and programs that have photos made ready: bring them, start the work, ask for it, fetch
# what came of it. A key that leaks then neither changes listings nor sends the account's events elsewhere.
FOR_PICTURES = (IMAGES_READ, IMAGES_WRITE, JOBS_READ, JOBS_WRITE)
