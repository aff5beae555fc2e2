"""`make texts`: bring every language's catalogue up to date, and compile it."""

from __future__ import annotations

import os
import sys

import django


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()
    from tests.texts import catalogue

    for language in catalogue.LANGUAGES:
        found = catalogue.update(language)
        catalogue.save(found, language)
        missing = [entry.msgid for entry in found if not entry.translated()]
        print(f"{language}: {len(found)} texts, {len(missing)} without a translation")
        if "--missing" in sys.argv:
            print(*(repr(text) for text in missing), sep="\n")


if __name__ == "__main__":
    main()
