"""The group "Support": what its people may see and do in the administration.

They look at everything, retry and cancel work, change an account's plan, block it, make exceptions
to its limits, switch keys off and let people in who are locked out. They delete nothing, change no
plan, take over no account, and make nobody staff (accounts.admin sees to the last two).
"""

from __future__ import annotations

from typing import Any, Final

from django.apps.registry import Apps

SUPPORT: Final = "Support"
# By app and model; "view" goes without saying.
_MAY: Final[dict[str, dict[str, str]]] = {
    "admin": {"logentry": ""},
    "account": {"emailaddress": ""},
    "accounts": {
        "user": "change",
        "account": "change",
        "member": "",
        "invitation": "",
        "teamevent": "",
        "plan": "",
        "planlimit": "",
        "limitexception": "add change delete",
        "planchange": "",
        "planrequest": "",
        "weborigin": "",
        "apikey": "change",
        "session": "",
        "usagemonth": "",
        "usageentry": "",
        "formeraccount": "",
    },
    "mfa": {"authenticator": ""},
    "socialaccount": {"socialaccount": ""},
    "media_library": {"image": "", "project": "", "background": ""},
    "processing": {
        "job": "change",
        "jobevent": "",
        "batch": "",
        "batchitem": "",
        "preset": "",
        "pack": "",
        "brandkit": "change",
        "rating": "change",
        "bucket": "",
        "webhookendpoint": "",
        "webhookdelivery": "",
        "webhookattempt": "",
    },
    "listings": {
        "listing": "",
        "listingimage": "",
        "listingvariant": "",
        "listingchange": "",
        "comparable": "",
        "comparableimport": "",
    },
}


def seed(apps: Apps) -> None:
    """Make the group, if there is none of that name. What staff make of it stays as it is."""
    groups: Any = apps.get_model("auth", "Group")
    group, is_new = groups.objects.get_or_create(name=SUPPORT)
    if is_new:
        group.permissions.set(_permission(apps, *one) for one in permissions())


def let_support(apps: Apps, app: str, model: str, *verbs: str) -> None:
    """Let the group do more with rows that are new in the administration, where there is such a group."""
    groups: Any = apps.get_model("auth", "Group")
    for group in groups.objects.filter(name=SUPPORT):
        group.permissions.add(*(_permission(apps, app, model, f"{verb}_{model}") for verb in verbs))


def permissions() -> list[tuple[str, str, str]]:
    """List app, model and code name of each permission."""
    return [
        (app, model, f"{verb}_{model}")
        for app, models in _MAY.items()
        for model, verbs in models.items()
        for verb in ("view", *verbs.split())
    ]


def _permission(apps: Apps, app: str, model: str, codename: str) -> Any:
    """Django makes permissions after all migrations, and then finds those that are there."""
    kinds: Any = apps.get_model("contenttypes", "ContentType")
    rows: Any = apps.get_model("auth", "Permission")
    kind, _ = kinds.objects.get_or_create(app_label=app, model=model)
    name = f"Can {codename.partition('_')[0]} {model}"
    row, _ = rows.objects.get_or_create(
        content_type=kind, codename=codename, defaults={"name": name}
    )
    return row
