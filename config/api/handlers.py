"""Answers for what no view sees: unknown addresses, CSRF failures, bad hosts, bugs.

Each in the shape of the endpoint that the request was for: the native API's, a dialect's, or a page.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from redis.exceptions import RedisError
from rest_framework.response import Response

from config.api.errors import body
from config.errors import AppError
from config.failures import outages
from config.web.requests import request_id


def answer(request: HttpRequest, error: AppError) -> HttpResponse:
    """Tell an error that was raised outside of views."""
    exception_handler = _exception_handler(request)
    response: HttpResponse
    if exception_handler is not None:
        told = exception_handler(error, {"request": request})
        response = JsonResponse(told.data, status=told.status_code)
    elif request.path.startswith("/api/"):
        response = JsonResponse(body(error.code, error.message), status=error.status)
    else:
        framed = error.status < 500 and _is_signed_in(request)
        context = {"status": error.status, "message": error.page_message, "framed": framed}
        response = render(request, "error.html", context, status=error.status)
        if framed:
            add_never_cache_headers(response)  # it names who is signed in
    for name, value in error.headers.items():
        response[name] = value
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        message = gettext("The request body is too large.")
        return answer(request, AppError("PAYLOAD_TOO_LARGE", message, status=413))
    return answer(
        request, AppError("VALIDATION_ERROR", gettext("The request is malformed."), status=400)
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(
        request, AppError("FORBIDDEN", gettext("You are not allowed to do that."), status=403)
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(
        request, AppError("NOT_FOUND", gettext("There is nothing at this address."), status=404)
    )


def server_error(request: HttpRequest) -> HttpResponse:
    # Django calls this while it handles the exception. Pages that are not ours let errors pass.
    error = sys.exception()
    told = error if isinstance(error, AppError) else outages.told(error)
    if told is not None:
        return answer(request, told)
    message = gettext(
        "An internal error occurred. Please report it with the request id %(id)s."
    ) % {"id": request_id(request)}
    return answer(request, AppError("INTERNAL_ERROR", message, status=500))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    error = AppError(
        "CSRF_FAILED",
        "The CSRF token is missing or wrong. Reload the page and try again.",
        status=403,
        page_message=gettext(
            "The page you sent this from is out of date. Reload it and try again."
        ),
    )
    return answer(request, error)


def _is_signed_in(request: HttpRequest) -> bool:
    """Whether the site knows who asks. Some requests fail before anybody was looked up, or because nobody can
    be."""
    try:
        return bool(request.user.is_authenticated)
    except (AttributeError, DatabaseError, OSError, RedisError):
        return False


def _exception_handler(request: HttpRequest) -> Callable[..., Response] | None:
    """Find how the endpoint at this address tells its own errors; None where there is none."""
    try:
        view: Any = resolve(request.path_info, getattr(request, "urlconf", None)).func
    except Resolver404:
        return None
    endpoint = getattr(view, "cls", None)
    return endpoint().get_exception_handler() if endpoint is not None else None
