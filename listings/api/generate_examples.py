"""What generating a listing and importing sold items answer, for the API's document."""

from __future__ import annotations

from typing import Any

GENERATED: dict[str, Any] = {
    "title": "Levi's 501 Jeans W32 L34 Blue Denim Good Condition",
    "description": "A pair of blue denim 501 jeans from Levi's.\n\nBrand: Levi's\nModel: 501\n"
    "Size: W32 L34\nColor: Blue\nMaterial: Denim\nCondition: Used, good\n\nSmall mark on the left knee.",
    "suggestedPrice": 4500,
    "priceRangeMin": 3200,
    "priceRangeMax": 6800,
    "platform": "ebay",
    "currency": "USD",
    "price": {
        "basis": "comparables",
        "n": 23,
        "isEstimate": False,
        "note": "From 23 of your sold items like this one, sold between 2026-02-03 and 2026-10-29.",
        "nearest": [
            {
                "title": "Levi's 501 Jeans Blue W32 L34",
                "price": 4800,
                "soldOn": "2026-10-29",
                "condition": "good",
                "yourListing": False,
            }
        ],
    },
    "category": "jeans",
    "group": "clothing",
    "candidates": [
        {"category": "jeans", "name": "jeans", "group": "clothing", "confidence": 0.94},
        {"category": "trousers", "name": "trousers", "group": "clothing", "confidence": 0.05},
    ],
    "attributes": {
        "brand": "Levi's",
        "model": "501",
        "size": "W32 L34",
        "condition": "good",
        "colors": ["blue"],
        "materials": ["denim"],
    },
    "tags": ["levi's", "jeans", "blue jeans"],
    "confidence": 0.94,
    "evidence": [
        {
            "field": "brand",
            "value": "Levi's",
            "source": "ocr",
            "imageId": "img_2VfUX5sCNEcTGeZ8vKoGj1",
            "confidence": 0.98,
        }
    ],
    "suggestedFacts": [],
    "tradeNumbers": [],
    "provider": "rules",
    "recognisedBy": "packshot:efficientnet-lite0",
    "warnings": [],
    "questions": [
        {
            "hint": "department",
            "question": "Who is it made for?",
            "answer": "choice",
            "choices": ["women", "men", "unisex", "girls", "boys", "kids", "baby"],
            "example": None,
            "isRequired": False,
        },
        {
            "hint": "measurements.waist",
            "question": "How wide is the waist, laid flat?",
            "answer": "measure",
            "choices": None,
            "example": "52 cm",
            "isRequired": False,
        },
    ],
    "problems": [],
    "language": {"asked": "en", "given": "en", "fallbacks": []},
    "jobId": "job_5KcQpN8rTy2WvXz4hLmBdE",
}
COMPARABLE: dict[str, Any] = {
    "id": "cmp_6JvQnP3sTw8YxZk2mHdBcR",
    "title": "Levi's 501 Jeans Blue W32 L34",
    "brand": "Levi's",
    "category": "Men > Jeans",
    "categoryKey": "jeans",
    "condition": "good",
    "price": 4800,
    "currency": "USD",
    "soldOn": "2026-10-29",
    "importId": "cimp_9LrTgV5uXy3AzBn4kJfCdS",
}
IMPORTED: dict[str, Any] = {
    "id": "cimp_9LrTgV5uXy3AzBn4kJfCdS",
    "name": "sold-2026.csv",
    "createdAt": "2026-11-21T10:15:00Z",
    "report": {
        "encoding": "utf-8",
        "separator": "comma",
        "columns": ["title", "brand", "category", "condition", "price", "date"],
        "rows": 120,
        "skipped": 1,
        "errors": [{"line": 7, "column": "price", "message": "'n/a' is no amount of money."}],
        "unknownConditions": [],
        "imported": 118,
        "alreadyThere": 1,
        "refused": False,
    },
}
