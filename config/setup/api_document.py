"""What drf-spectacular must know to describe the native API: a part of the settings."""

from __future__ import annotations

from typing import Any

from config import VERSION

API_DOCUMENT: dict[str, Any] = {
    "TITLE": "Packshot API",
    "DESCRIPTION": "Cut out, lay out and list product photos on your own machine.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",  # pydantic speaks of null, which 3.0 has no word for
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"persistAuthorization": True, "deepLinking": True},
    "SORT_OPERATIONS": False,
    "ENUM_NAME_OVERRIDES": {
        "JobState": "processing.models.JobState",
        "ImageKind": "media_library.models.ImageKind",
        "ChangeReason": "accounts.models.ChangeReason",
        "RatingReason": "processing.models.RatingReason.values",
        # A Literal keeps its values in `__args__`.
        "CutoutFormat": "processing.engine.plans.cutout.OutputFormat.__args__",
        "EditFormat": "processing.engine.plans.edit.EditFormat.__args__",
        "BackgroundCategory": "media_library.models.BackgroundCategory.values",
        "BackgroundSource": "processing.services.backgrounds.background_library.SOURCES",
        "BlendMode": "processing.engine.plans.edit.Blend.__args__",
        "BlurMode": "processing.engine.plans.edit.BlurMode.__args__",
        "ShadowMode": "processing.engine.plans.edit.ShadowMode.__args__",
        "LightMode": "processing.engine.plans.edit.LightMode.__args__",
        "UpscaleMode": "processing.engine.plans.edit.UpscaleMode.__args__",
        "Downscale": "processing.engine.plans.edit.Downscale.__args__",
        "TextRemovalMode": "processing.engine.plans.edit.TextRemovalMode.__args__",
        "RoleEnum": "processing.models.ResourceRole.values",
        "MemberRole": "accounts.models.Role",
        "InvitationState": "accounts.api.team.STATES",
        "ListingState": "listings.models.ListingState",
        "NewListingState": "listings.api.bodies.NEW_STATES",
        "Platform": "listings.models.Platform",
        "Condition": "listings.models.Condition",
        "ListingLanguage": "listings.writers.base.Language.__args__",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "PREPROCESSING_HOOKS": ["config.api.openapi.hooks.native_endpoints_only"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.api.openapi.hooks.envelope",
        "config.api.openapi.requests.plain_words",
        "processing.api.serializers.edits.one_length_for_four_sides",
        "config.api.openapi.requests.optional_options",
    ],
}
