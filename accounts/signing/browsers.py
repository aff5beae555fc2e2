"""Names for browsers, so that people recognise their own sessions."""

from __future__ import annotations

from django.utils.translation import gettext

# The first that is found counts: Edge also says Chrome, and Chrome also says Safari.
_BROWSERS = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
]
_SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]


def browser_name(user_agent: str) -> str:
    """``Firefox on Windows``; for programs what they call themselves, as ``curl/8.5.0``."""
    if not user_agent:
        return gettext("Unknown program")
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    if browser is None:
        return user_agent.split()[0][:60]
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if system is None:
        return browser
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
