"""Every address below a door that its vendor does not have."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404
from rest_framework.request import Request
from rest_framework.views import APIView


class UnknownAddress(APIView):
    """To stand before the door's own view, which gives the refusal its shape."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    def get(self, request: Request, **path: str) -> NoReturn:
        raise Http404

    post = get
