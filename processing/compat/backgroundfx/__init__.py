"""BackgroundFX's API, so that a client of theirs works here once its base address is changed.

All of it lives below ``/compat/backgroundfx/v1``. Ids are bare UUIDs here, names in snake_case.
What requests hold beyond the vendor's document is not listened to, as the document allows.
"""
