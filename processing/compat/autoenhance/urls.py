"""The vendor's addresses, below /compat/autoenhance/, with their slashes as they are."""

from __future__ import annotations

from django.urls import path

from processing.compat.autoenhance import downloads, images, orders, uploads, webhooks

urlpatterns = [
    path("v3/images/", images.Images.as_view()),
    path("v3/images/<str:room_photo_id>", images.OneImage.as_view()),
    path("v3/images/<str:room_photo_id>/process", images.Process.as_view()),
    path("v3/images/<str:room_photo_id>/report", images.Report.as_view()),
    path("v3/images/<str:room_photo_id>/enhanced", downloads.Enhanced.as_view()),
    path("v3/images/<str:room_photo_id>/original", downloads.Original.as_view()),
    path("v3/images/<str:room_photo_id>/preview", downloads.Preview.as_view()),
    path("v3/images/<str:room_photo_id>/watermark", downloads.Preview.as_view()),
    path("v3/orders/", orders.Orders.as_view()),
    path("v3/orders/<str:room_order_key>", orders.OneOrder.as_view()),
    path("v3/orders/<str:room_order_key>/process", orders.ProcessOrder.as_view()),
    path("v3/orders/<str:room_order_key>/brackets", orders.OrderBrackets.as_view()),
    path("v3/brackets/", orders.Brackets.as_view()),
    path("v3/brackets/<str:room_bracket_id>", orders.OneBracket.as_view()),
    path("v3/webhook", webhooks.Webhook.as_view()),
    path("v3/uploads/<str:token>", uploads.Upload.as_view(), name="autoenhance-upload"),
]
