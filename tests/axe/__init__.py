"""axe-core, which finds what keeps people from using a page, and how browser tests ask it.

axe.min.js: axe-core 4.14.1, MPL-2.0 (LICENSE.txt), from the npm registry's tarball (`npm pack axe-core@4.14.1`).
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "axe.min.js"
SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_RUN = """async (quiet) => {
  const rules = Object.fromEntries(quiet.map((name) => [name, { enabled: false }]));
  const found = await axe.run(document, { resultTypes: ["violations"], rules });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((n) => n.target.join(" ")).join(", ")}`);
}"""


def findings(page: Page, *, quiet: tuple[str, ...] = ()) -> list[str]:
    """Say what is wrong with the page as it is now, rule by rule with the elements; none of ``quiet``.

    Playwright runs the script beside the page, so the page's CSP has nothing to refuse.
    """
    page.evaluate(_script())
    found: list[str] = page.evaluate(_RUN, list(quiet))
    return found


def findings_in_both_themes(page: Page) -> list[str]:
    """The same in the light and in the dark."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found += [f"{theme}: {one}" for one in findings(page)]
    return found


@cache
def _script() -> str:
    data = SCRIPT.read_bytes()
    assert hashlib.sha256(data).hexdigest() == SHA256
    return data.decode()
