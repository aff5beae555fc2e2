"""Files of other projects are those that were looked at, with a name, a version and a licence."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
TABLE = STATIC / "vendor/VENDORED.md"


def test_every_vendored_file_is_listed_with_its_hash() -> None:
    rows = [line.split("|") for line in TABLE.read_text().splitlines() if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in row[1:-1]] for row in rows]
    assert [row for row in cells if len(row) != 6 or not all(row)] == []
    listed = {row[0]: row[5] for row in cells}
    assert len(listed) == len(cells)
    found = {
        path.relative_to(STATIC).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in ("vendor", "fonts")
        for path in (STATIC / folder).rglob("*")
        if path.is_file() and path != TABLE
    }
    assert found == listed
