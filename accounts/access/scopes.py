"""What an API key may be allowed to do. People who signed in may do all of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACCOUNT_READ = "account:read"
IMAGES_READ = "images:read"
IMAGES_WRITE = "images:write"
JOBS_READ = "jobs:read"
JOBS_WRITE = "jobs:write"
LISTINGS_READ = "listings:read"
LISTINGS_WRITE = "listings:write"
WEBHOOKS_READ = "webhooks:read"
WEBHOOKS_WRITE = "webhooks:write"

DESCRIPTIONS = {
    ACCOUNT_READ: _("View the account, its plan and its usage"),
    IMAGES_READ: _("List and download images"),
    IMAGES_WRITE: _("Upload, change and delete images"),
    JOBS_READ: _("View jobs"),
    JOBS_WRITE: _("Start, cancel and retry jobs"),
    LISTINGS_READ: _("View, check and export listings"),
    LISTINGS_WRITE: _("Create, change and delete listings"),
    WEBHOOKS_READ: _("View webhooks and their deliveries"),
    WEBHOOKS_WRITE: _("Create, change, test and delete webhooks"),
}
ALL_SCOPES = tuple(DESCRIPTIONS)
READING_SCOPES = tuple(scope for scope in ALL_SCOPES if scope.endswith(":read"))
