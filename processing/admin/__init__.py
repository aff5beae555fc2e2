"""Work in the administration, which looks for it here, and the desk of those who help customers."""

from processing.admin import work

__all__ = ["work"]
