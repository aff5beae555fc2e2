"""The endpoints of single photos."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from processing.compat.autoenhance import answers, preferences, reports
from processing.compat.autoenhance.uploads import ANY_TYPE, upload_url
from processing.compat.autoenhance.views import AutoenhanceView, ReadView
from processing.services import ratings
from processing.services.room_orders import orders, photos


class Images(AutoenhanceView):
    http_method_names = ["post"]

    def post(self, request: Request) -> Response:
        body, asked = preferences.new(request.data)
        with transaction.atomic():
            order = orders.for_photo(self.caller.account, body.order_id)
            photo = photos.register(self.caller, order, asked)
        url = upload_url(photo, base=self.base, media_type=body.contentType or ANY_TYPE)
        return Response(answers.created_image(photo, url))


class OneImage(ReadView):
    http_method_names = ["get", "delete"]

    def get(self, request: Request, room_photo_id: str) -> Response:
        return Response(answers.image(self.photo(room_photo_id)))

    def delete(self, request: Request, room_photo_id: str) -> Response:
        photos.remove(self.photo(room_photo_id))
        return Response(status=204)


class Process(AutoenhanceView):
    http_method_names = ["post", "patch"]

    def post(self, request: Request, room_photo_id: str) -> Response:
        photo = self.photo(room_photo_id)
        with transaction.atomic():
            photo = photos.held(photo)
            kept: dict[str, Any] = {"extras": photo.extras, "metadata": photo.metadata}
            body, asked = preferences.changed(request.data, photo.asked, kept)
            if body.order_id is not None and body.order_id != photo.order.key:
                photos.move(photo, orders.for_photo(self.caller.account, body.order_id))
            photo = photos.process(self.caller, photo, asked)
        return Response(answers.image(photo))

    patch = post


class Report(AutoenhanceView):
    """What is said of the result as it is asked for now: the whole one, or else its preview."""

    http_method_names = ["post"]

    def post(self, request: Request, room_photo_id: str) -> Response:
        photo = self.photo(room_photo_id)
        said = reports.read_report(request.data)
        preview = photos.preview_of(photo)
        with transaction.atomic():
            ratings.note(self.caller, photos.paid_result(photo) or preview, said)
            if said.score is not None:
                photos.note_rating(photo, said.score)
        return Response({})
