"""What is made of a photo where nobody says what."""

from __future__ import annotations

from typing import Final

from accounts.models import Account
from processing.commands import Edit
from processing.services.appearance import brand_kit, looks, ready_looks

# The ready look that is made where an account has chosen none.
PRODUCT_PHOTO: Final = f"{ready_looks.PREFIX}product-photo"


def work(account: Account, *, field: str) -> Edit:
    """The account's default look, else a product photo on white, as work that this site can do. Raises
    AppError VALIDATION_ERROR naming ``field``."""
    look = brand_kit.default_look(account) or ready_looks.find(PRODUCT_PHOTO)
    return looks.usable(account, look.name, Edit(plan=looks.plan_of(look)), field=field)
