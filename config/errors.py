"""The one exception that domain code raises on purpose. It knows nothing of HTTP frameworks."""

from __future__ import annotations

from config.told import told


class AppError(Exception):
    """Something the caller did, or must know: a stable code, a sentence for people, an HTTP status.

    ``fields`` names what was wrong in the request, by the name the caller used. ``page_message`` is
    how pages put it, where the sentence has words of the API. ``retry_after`` is the number of
    seconds after which the same request may succeed.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int = 400,
        fields: dict[str, list[str]] | None = None,
        page_message: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.fields = fields
        self._page_message = page_message or message
        self.retry_after = retry_after

    @property
    def page_message(self) -> str:
        """The sentence for a page, in its reader's language."""
        return told(self._page_message)

    @property
    def page_fields(self) -> dict[str, list[str]]:
        """What was wrong in which field, for a page."""
        fields = self.fields or {}
        return {name: [told(text) for text in texts] for name, texts in fields.items()}

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers that go with it."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def invalid(field: str, message: str) -> AppError:
    """A request that fails on one field."""
    return AppError("VALIDATION_ERROR", message, status=400, fields={field: [message]})


def not_found(what: str, *, on_pages: str | None = None) -> AppError:
    """Answered alike for what does not exist and for what belongs to somebody else. ``on_pages`` is what people
    call it."""
    message = f"{what} not found."
    what = on_pages or what
    return AppError("NOT_FOUND", message, status=404, page_message=f"{what} not found.")


def body_too_large(max_bytes: int) -> AppError:
    """A request whose body is longer than its endpoint takes."""
    message = f"The maximum size of this request is {max_bytes / 1e6:g} MB in total."
    return AppError("PAYLOAD_TOO_LARGE", message, status=413)
