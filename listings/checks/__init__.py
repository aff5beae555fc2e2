"""Whether a listing is fit for a platform: what breaks its rules, and how good the rest is."""

from listings.checks.problems import Problem
from listings.checks.report import Report, check

__all__ = ["Problem", "Report", "check"]
