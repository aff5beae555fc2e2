"""People, accounts, plans, keys and usage in the administration, which looks for them here."""

from accounts.admin import accounts, people, trail, usage

__all__ = ["accounts", "people", "trail", "usage"]
