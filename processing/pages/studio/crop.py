"""Cropping, turning and straightening a photo: for the studio's plan, or as a picture of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access.pages import least, limit, page, signed_in
from accounts.models import Role
from config.web.toasts import Toast, say
from media_library.models import Image
from processing import selectors
from processing.commands import Edit
from processing.engine.errors import InvalidPlan
from processing.engine.plans.edit import EditFormat, EditPlan, Export
from processing.pages.library.filters import LIST
from processing.pages.studio.form import FORMATS
from processing.pages.studio.frame_form import FrameForm, frame_of, initial_of, line_of
from processing.pages.studio.originals import original
from processing.services import jobs

TEMPLATE = "processing/crop.html"
RATIOS = [
    ("", _("Free")),
    ("original", _("Original")),
    ("1:1", "1:1"),
    ("4:5", "4:5"),
    ("3:4", "3:4"),
    ("16:9", "16:9"),
]
HANDLES = [
    ("nw", _("Upper left corner")),
    ("ne", _("Upper right corner")),
    ("se", _("Lower right corner")),
    ("sw", _("Lower left corner")),
]
# A photo that is only cropped shall lose nothing that is seen.
_JPG_QUALITY = 92


class CropForm(FrameForm):
    """Reads a frame, what the studio was about to make, and how a picture of its own is written."""

    state = forms.CharField(required=False, max_length=4_000, widget=forms.HiddenInput)
    format = forms.ChoiceField(
        label=_("File format"), choices=FORMATS, required=False, widget=forms.RadioSelect
    )


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def crop(request: HttpRequest, image_id: str) -> HttpResponse:
    """The page. The studio posts its form, and gets an address that says all of it."""
    image = original(request, image_id)
    if request.method == "POST":
        state = request.POST.copy()
        state[LIST] = request.GET.get(LIST, "")
        return redirect(_with_state(reverse("crop", args=[image.public_id]), state))
    try:
        frame = frame_of(request.GET.get("frame", ""))
    except InvalidPlan:
        frame = None  # somebody changed the address; the page begins with the whole photo
    state = request.GET.copy()
    state.pop("frame", None)
    initial = initial_of(frame) | {"state": state.urlencode(), "format": _format(image)}
    return render(request, TEMPLATE, _context(image, CropForm(initial=initial)))


@page
@require_POST
def use(request: HttpRequest, image_id: str) -> HttpResponse:
    """Go on in the studio with the frame, or make the picture as it is in the frame."""
    image = original(request, image_id)
    form = CropForm(request.POST)
    saves = request.POST.get("do") == "save"
    if form.is_valid() and saves and form.frame is None:
        form.add_error(None, gettext("Crop, turn or straighten the picture first."))
    if not form.is_valid():
        return render(request, TEMPLATE, _context(image, form), status=422)
    if not saves:
        state = QueryDict(form.cleaned_data["state"], mutable=True)
        state["frame"] = line_of(form.frame)
        return redirect(_with_state(reverse("picture", args=[image.public_id]), state))
    limit(request, "processing")
    _save(request, image, form)
    return redirect("picture", image.public_id)


def _save(request: HttpRequest, image: Image, form: CropForm) -> None:
    chosen: EditFormat = form.cleaned_data["format"] or _format(image)
    export = Export(format=chosen, quality=_JPG_QUALITY if chosen == "jpg" else None)
    command = Edit(plan=EditPlan(cutting=None, frame=form.frame, export=export))
    jobs.check(command)
    caller, _user = signed_in(request)
    jobs.submit(caller, command, source=image)
    say(request, Toast(gettext("The cropped picture is being made.")))


def _with_state(address: str, given: QueryDict) -> str:
    """An address that carries what a form says, as far as it says anything."""
    query = QueryDict(mutable=True)
    for name, text in given.items():
        if text and name != "csrfmiddlewaretoken":
            query[name] = str(text)
    return f"{address}?{query.urlencode()}" if query else address


def _format(image: Image) -> EditFormat:
    """The photo's own, where pictures are written in it."""
    own: dict[str, EditFormat] = {"png": "png", "webp": "webp", "avif": "avif"}
    return own.get(image.format, "jpg")


def _context(image: Image, form: CropForm) -> dict[str, Any]:
    return {
        "section": "library",
        "image": image,
        "form": form,
        "photo_url": selectors.viewable_url(image),
        "ratios": RATIOS,
        "handles": HANDLES,
        "edges": ["n", "e", "s", "w"],
        "sides": [form[name] for name in ("left", "top", "right", "bottom")],
    }
