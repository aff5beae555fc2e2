"""Addresses below /admin/ that are no lists of rows."""

from django.contrib import admin
from django.urls import path

from processing.admin import desk, health, mails, plans, ratings

urlpatterns = [
    path("mails/", admin.site.admin_view(mails.mails), name="admin-mails"),
    path("mails/<slug:name>/", admin.site.admin_view(mails.html), name="admin-mail-html"),
    path("health/", admin.site.admin_view(health.health), name="admin-health"),
    path(
        "health/fetch/<slug:name>/", admin.site.admin_view(health.fetch), name="admin-health-fetch"
    ),
    path("ratings/", admin.site.admin_view(ratings.ratings), name="admin-ratings"),
    path(
        "ratings/<uuid:rating_id>/looked/",
        admin.site.admin_view(ratings.looked),
        name="admin-rating-looked",
    ),
    path("desk/", admin.site.admin_view(desk.search), name="admin-desk"),
    path("desk/<uuid:account_id>/", admin.site.admin_view(desk.one), name="admin-customer"),
    path(
        "desk/<uuid:account_id>/plan/",
        admin.site.admin_view(plans.preview),
        name="admin-customer-plan",
    ),
    path(
        "desk/<uuid:account_id>/<slug:name>/",
        admin.site.admin_view(desk.act),
        name="admin-customer-act",
    ),
]
