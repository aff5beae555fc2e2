"""Client for Packshot, the self-hosted product-photo and listing studio.

with Client("https://packshot.example", "ps_…") as client:
    photo = client.upload("shoe.jpg")
    cutout = client.remove_background(photo.id, bg_color="white", crop=True)
    client.download(cutout.processed_image_id, to="shoe.png")
"""

from packshot.client import VERSION, AsyncClient, Client
from packshot.errors import (
    ApiError,
    Conflict,
    InvalidRequest,
    InvalidSignature,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PackshotError,
    QuotaExceeded,
    RateLimited,
    SiteUnreachable,
    Unavailable,
    UnexpectedAnswer,
    WorkFailed,
)
from packshot.events import Event
from packshot.steps import Retries

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "Conflict",
    "Event",
    "InvalidRequest",
    "InvalidSignature",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "PackshotError",
    "QuotaExceeded",
    "RateLimited",
    "Retries",
    "SiteUnreachable",
    "Unavailable",
    "UnexpectedAnswer",
    "WorkFailed",
]
__version__ = VERSION
