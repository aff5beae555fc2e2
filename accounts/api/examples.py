"""What the OpenAPI document shows for accounts."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from accounts.access.scopes import ALL_SCOPES

_ERROR = {"$ref": "#/components/schemas/Error"}
_CREATED = "2027-03-01T09:30:00Z"

CREDENTIALS = {"email": "ada@example.com", "password": "a long and quiet sentence"}
REGISTRATION = {**CREDENTIALS, "name": "Ada"}
USER = {
    "id": "usr_2VfUX5sCNEcTGeZ8vKoGj1",
    "email": "ada@example.com",
    "name": "Ada",
    "language": "de",
    "createdAt": _CREATED,
}
SIGNED_IN = {"token": "k3v9q0x7c2m5n8b1z4l6j9h2g5f8d1s4", "user": USER}
_PLAN = {"slug": "free", "name": "Free"}
_QUOTAS = [
    {
        "operation": "remove-background",
        "limit": 100,
        "used": 12,
        "remaining": 88,
        "resetsAt": "2027-04-01T00:00:00Z",
    }
]
ME = {
    "user": USER,
    "account": {
        "id": "acct_7Wq4fR2mXcV9sB1nTzKdLp",
        "name": "Ada",
        "currency": "EUR",
        "webOrigins": ["https://shop.example"],
        "createdAt": _CREATED,
    },
    "role": "owner",
    "plan": _PLAN,
    "quotas": _QUOTAS,
}
MEMBER = {"user": USER, "role": "editor"}
CHANGED_MEMBER = {**MEMBER, "keys": {"ended": 0, "reduced": 0, "kept": 0}}
INVITATION = {
    "id": "inv_3Nf8vQ2rS5tV7wX9zA1bC3",
    "email": "ben@example.com",
    "role": "editor",
    "state": "pending",
    "createdAt": _CREATED,
    "expiresAt": "2027-03-08T09:30:00Z",
}
SENT_INVITATION = {**INVITATION, "url": None}
OWN_ACCOUNT = {
    "id": "acct_7Wq4fR2mXcV9sB1nTzKdLp",
    "name": "Ada",
    "role": "owner",
    "current": True,
}
USAGE = {"plan": _PLAN, "month": "2027-03", "quotas": _QUOTAS}
_OFFER = {
    "slug": "free",
    "name": "Free",
    "price": "",
    "monthly": {"remove-background": 100},
    "batchSize": 100,
    "referenceImages": 0,
}
PLAN_REQUEST = {
    "id": "preq_7Ta2jL7mP1qR4sU6vW8yZ9",
    "plan": "Pro",
    "note": "400 photos a week from May on.",
    "state": "open",
    "answer": "",
    "createdAt": _CREATED,
    "decidedAt": None,
}
ACCOUNT_PLAN = {
    "plan": _OFFER,
    "planned": None,
    "grace": None,
    "request": PLAN_REQUEST,
    "provider": "manual",
    "howToChange": "The staff of this site decide about it.",
    "plans": [_OFFER],
}
USAGE_DAY = {"day": "2027-03-09", "operation": "remove-background", "used": 12}
CALL = {
    "at": _CREATED,
    "method": "POST",
    "path": "/api/v1/images/tools/remove-background",
    "status": 403,
    "milliseconds": 41,
    "requestId": "0f3c9a6f0b1d4c7e8a5b2d9e7f1c3a60",
    "key": "ps_Ab3dEf6hIj9k_…",
    "code": "QUOTA_EXCEEDED",
}
SESSION = {
    "id": "sess_4hJ8kM2pQ6rT9vX3zB5cD7",
    "createdAt": _CREATED,
    "lastUsedAt": _CREATED,
    "expiresAt": "2027-03-31T09:30:00Z",
    "userAgent": "curl/8.12",
    "ip": "203.0.113.7",
    "current": True,
}
_PROOF = "packshot-verification=origin_6Yb3kM8nQ2rS5tV7wX9zA1"
ORIGIN = {
    "id": "origin_6Yb3kM8nQ2rS5tV7wX9zA1",
    "origin": "https://shop.example",
    "verified": True,
    "verifiedAt": _CREATED,
    "method": "dns",
    "checkedAt": _CREATED,
    "missingSince": None,
    "dns": {"name": "_packshot.shop.example", "type": "TXT", "value": _PROOF},
    "file": {"url": "https://shop.example/.well-known/packshot.txt", "content": _PROOF},
}
NEW_KEY = {"name": "Shop import", "scopes": ["images:read", "images:write"]}
KEY = {
    "id": "key_9aB2cD4eF6gH8jK1mN3pQ5",
    "name": "Shop import",
    "prefix": "ps_Ab3dEf6hIj9k_…",
    "scopes": list(ALL_SCOPES),
    "enabled": True,
    "expiresAt": None,
    "lastUsedAt": None,
    "createdAt": _CREATED,
}
CREATED_KEY = {**KEY, "key": "ps_Ab3dEf6hIj9k_fourtyCharactersThatAreShownOnlyOnceHere"}


def _refusal(description: str, code: str, sentence: str) -> OpenApiResponse:
    value = {"success": False, "error": sentence, "code": code}
    example = OpenApiExample(code, value=value, response_only=True)
    return OpenApiResponse(_ERROR, description=description, examples=[example])


REFUSED = _refusal(
    "Wrong e-mail address or password (`INVALID_CREDENTIALS`), or the authenticator app's code is "
    "needed (`MFA_REQUIRED`).",
    "INVALID_CREDENTIALS",
    "Wrong e-mail address or password.",
)
UNVERIFIED = _refusal(
    "The e-mail address is not verified yet.",
    "EMAIL_NOT_VERIFIED",
    "Follow the link in the e-mail we sent you, then sign in.",
)
