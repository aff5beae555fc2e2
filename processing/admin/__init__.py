"""Work in the administration, which looks for it here, and the desk of those who help customers."""

from processing.admin import default_looks, ratings, work

__all__ = ["default_looks", "ratings", "work"]
