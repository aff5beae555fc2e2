"""Buckets: saved with their keys, checked and deleted; choosing among them for a new batch."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.pages import limit, page, signed_in
from accounts.models import Account
from config.api.ids import decoded
from config.errors import AppError
from config.told import told
from config.web.toasts import Toast, say
from processing.models import Bucket
from processing.services.buckets import connections, starting
from processing.services.buckets.connections import Access
from processing.services.buckets.starting import Places

TEMPLATE = "processing/buckets.html"


class BucketForm(forms.Form):
    name = forms.CharField(max_length=100, label=_("What you call it"))
    endpoint_url = forms.CharField(
        max_length=500,
        required=False,
        label=_("Address of its server"),
        help_text=_("Empty for Amazon S3."),
        widget=forms.TextInput(attrs={"placeholder": "https://s3.example.com"}),
    )
    region = forms.CharField(max_length=60, label=_("Region"), initial=connections.DEFAULT_REGION)
    bucket = forms.CharField(max_length=255, label=_("Name of the bucket"))
    access_key_id = forms.CharField(
        max_length=200,
        label=_("Access key ID"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    secret = forms.CharField(
        max_length=200,
        strip=False,
        label=_("Secret access key"),
        help_text=_("Kept encrypted, and never shown again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


# What programs call the fields of the form.
_FIELDS = {"endpointUrl": "endpoint_url", "accessKeyId": "access_key_id", "secretKey": "secret"}


@page
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _save(request)
    return _shown(request, BucketForm())


@page
@require_POST
def check(request: HttpRequest, bucket_id: str) -> HttpResponse:
    """Ask the bucket what its key may do, and say it."""
    limit(request, "general")
    found = connections.check(_bucket(request, bucket_id))
    read, write = found.read, found.write
    if read.ok and write.ok:
        say(request, Toast(gettext("It can be read and written."), level="success"))
    elif read.ok or write.ok:
        can = gettext("It can be read.") if read.ok else gettext("It can be written.")
        cannot = gettext("Writing: %s") if read.ok else gettext("Reading: %s")
        say(request, Toast(f"{can} {cannot % told(read.error or write.error)}"))
    else:
        say(request, Toast(told(read.error), level="error"))
    return redirect("buckets")


@page
@require_POST
def delete(request: HttpRequest, bucket_id: str) -> HttpResponse:
    connections.delete(_bucket(request, bucket_id))
    say(request, Toast(gettext("The bucket’s name and key are forgotten.")))
    return redirect("buckets")


def offered(request: HttpRequest, account: Account) -> dict[str, Any]:
    """What the form of a new batch shows to who asks for it: the account's buckets, and what was chosen of them."""
    if "buckets" not in request.GET and "buckets" not in request.POST:
        return {}
    names = ("from_bucket", "from_prefix", "to_bucket", "to_prefix")
    rows = list(Bucket.objects.filter(account=account))
    given = {name: request.POST.get(name, "") for name in names}
    return {"is_with_buckets": True, "buckets": rows, **given}


def chosen(request: HttpRequest, account: Account) -> Places:
    """Where the batch of this form reads and writes. Raises AppError as `starting.places` does."""
    return starting.places(
        account, source=_chosen(request, "from"), destination=_chosen(request, "to")
    )


def _chosen(request: HttpRequest, way: str) -> tuple[UUID, str] | None:
    public_id = request.POST.get(f"{way}_bucket", "")
    if not public_id:
        return None
    prefix = request.POST.get(f"{way}_prefix", "").strip()[: connections.MAX_PREFIX]
    return decoded("bucket", public_id, "Bucket"), prefix


@sensitive_variables()
def _save(request: HttpRequest) -> HttpResponse:
    caller, _user = signed_in(request)
    form = BucketForm(request.POST)
    if form.is_valid():
        try:
            connections.save(caller.account, Access(**form.cleaned_data))
        except AppError as error:
            _blame(form, error)
        else:
            say(request, Toast(gettext("Saved. Check what its key may do.")))
            return redirect("buckets")
    return _shown(request, form, status=422)


def _blame(form: BucketForm, error: AppError) -> None:
    for name, found in error.page_fields.items():
        field = _FIELDS.get(name, name)
        form.add_error(field if field in form.fields else None, found[0])
    if not error.fields:
        form.add_error(None, error.page_message)


def _shown(request: HttpRequest, form: BucketForm, *, status: int = 200) -> HttpResponse:
    caller, _user = signed_in(request)
    rows = Bucket.objects.filter(account=caller.account)
    return render(request, TEMPLATE, {"form": form, "buckets": rows}, status=status)


def _bucket(request: HttpRequest, bucket_id: str) -> Bucket:
    """Raises AppError NOT_FOUND for other people's as for none."""
    caller, _user = signed_in(request)
    return connections.bucket_for(caller.account, decoded("bucket", bucket_id, "Bucket"))
