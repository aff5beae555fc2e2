"""Runs management commands of a site, one after the other: starting Django takes seconds each time.

Reads one JSON list of arguments a line and answers with one JSON text a line: what the command
printed. A command that fails ends the process, and standard error says why.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from io import StringIO

import django
from django.core.management import call_command
from django.db import connections


def main() -> None:
    django.setup()
    for line in sys.stdin:
        printed = StringIO()
        with redirect_stdout(printed):
            call_command(*json.loads(line))
        connections.close_all()
        sys.stdout.write(f"{json.dumps(printed.getvalue())}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
