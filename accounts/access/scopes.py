"""What an API key may be allowed to do. People who signed in may do all of it."""

from __future__ import annotations

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
    ACCOUNT_READ: "View the account, its plan and its usage",
    IMAGES_READ: "List and download images",
    IMAGES_WRITE: "Upload, change and delete images",
    JOBS_READ: "View jobs",
    JOBS_WRITE: "Start, cancel and retry jobs",
    LISTINGS_READ: "View, check and export listings",
    LISTINGS_WRITE: "Create, change and delete listings",
    WEBHOOKS_READ: "View webhooks and their deliveries",
    WEBHOOKS_WRITE: "Create, change, test and delete webhooks",
}
ALL_SCOPES = tuple(DESCRIPTIONS)
