"""JSON bodies, however hostile."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """Django bounds a body's length, this its depth: Python's own limit is met in the parser.

    A byte order mark, as .NET and PowerShell write it, may come first (RFC 8259, section 8.1).
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = dict(parser_context or {})
        if codecs.lookup(context.get("encoding", "utf-8")).name == "utf-8":
            context["encoding"] = "utf-8-sig"
        try:
            return super().parse(stream, media_type, context)
        except RecursionError as error:
            raise ParseError("The JSON is nested too deeply.") from error
        except ParseError as error:
            # Neither JSON's nor the text's own errors, which are kinds of ValueError.
            if type(error.__context__) is not ValueError:
                raise
            raise ParseError(
                "The JSON has a number that can't be read: NaN, an infinity, or one of too many digits."
            ) from error
