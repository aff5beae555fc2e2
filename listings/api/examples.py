"""What the API's documentation shows of listings."""

from __future__ import annotations

from typing import Any

_LINK = "https://packshot.example/content/img_2VfUX5sCNEcTGeZ8vKoGj1"
LISTING_ID = "lst_5Kd2mTq9bWv4sXc1dNe8Hr"
IMAGE_ID = "img_2VfUX5sCNEcTGeZ8vKoGj1"

VARIANT: dict[str, Any] = {
    "platform": "depop",
    "title": "",
    "description": "Vintage 501s in a perfect wash. #levis #501 #vintage",
    "price": 4800,
    "tags": None,
    "category": "",
    "attributes": {},
    "generatedBy": {},
    "externalId": "",
    "url": "",
    "updatedAt": "2027-03-01T09:31:00Z",
}
LISTING: dict[str, Any] = {
    "id": LISTING_ID,
    "state": "ready",
    "nextStates": ["draft", "listed", "sold", "archived"],
    "title": "Levi's 501 Original Fit Jeans W32 L34",
    "description": "Straight leg, button fly. Light wear at the hem, see photo 3.",
    "category": "jeans",
    "brand": "Levi's",
    "size": "W32 L34",
    "condition": "good",
    "colors": ["blue"],
    "materials": ["cotton"],
    "tags": ["vintage", "denim"],
    "attributes": {"Department": "Men"},
    "currency": "USD",
    "price": 4500,
    "priceMin": 3200,
    "priceMax": 6800,
    "purchasePrice": 900,
    "sku": "J-0042",
    "quantity": 1,
    "generatedBy": {},
    "soldPrice": None,
    "soldAt": None,
    "soldOn": "",
    "coverImageId": IMAGE_ID,
    "images": [
        {
            "id": IMAGE_ID,
            "name": "jeans.jpg",
            "width": 3024,
            "height": 4032,
            "url": f"{_LINK}/file?expires=1803980400&signature=…",
            "thumbnailUrl": f"{_LINK}/thumbnail?expires=1803980400&signature=…",
            "repairs": [],
        }
    ],
    "variants": [VARIANT],
    "version": 4,
    "createdAt": "2027-03-01T09:30:00Z",
    "updatedAt": "2027-03-01T09:31:00Z",
}
NEW_LISTING: dict[str, Any] = {
    name: LISTING[name]
    for name in (
        *("title", "description", "category", "brand", "size", "condition", "colors"),
        *("tags", "attributes", "price", "sku"),
    )
} | {"imageIds": [IMAGE_ID]}
EXPORT: dict[str, Any] = {
    "id": "lexp_7Hq3sVb2LmXc9RtKw5PzYd",
    "format": "ebay",
    "platform": "",
    "listings": 12,
    "linksUntil": "2027-03-31T09:31:00Z",
    "createdAt": "2027-03-01T09:31:00Z",
}
CHANGE: dict[str, Any] = {
    "action": "changed",
    "changes": {"price": [5200, 4500]},
    "madeBy": "usr_2VfUX5sCNEcTGeZ8vKoGj1",
    "createdAt": "2027-03-01T09:31:00Z",
}
