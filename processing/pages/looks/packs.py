"""Packs: the ready ones with what they follow, an account's own, and making one of looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access.pages import least, page, signed_in
from accounts.limits.operations import EDIT
from accounts.models import Account, Role
from config.api.ids import decoded
from config.errors import AppError
from config.web.toasts import Toast, say
from processing.engine.plans.edit import EditPlan
from processing.models import Pack, Preset
from processing.services.appearance import packs, ready_looks, ready_packs
from processing.services.appearance.packs import Wanted
from processing.services.appearance.ready_looks import ReadyLook
from processing.services.appearance.ready_packs import ReadyPack

_LIST: Final = "processing/packs.html"
_ONE: Final = "processing/pack.html"
_PLAIN_SIZES: Final = ("auto", "originalImage", "croppedSubject")


@dataclass(frozen=True)
class PackCard:
    """A pack in a list: how many pictures it makes of each photo, and which."""

    id: str
    name: str
    names: Sequence[str]
    sizes: Sequence[str]
    looks: Sequence[ReadyLook] = ()
    lacks: bool = False

    @property
    def count(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class _Choice:
    """A look that a pack can have."""

    id: str
    name: str
    size: str


@page
@require_safe
def pack_list(request: HttpRequest) -> HttpResponse:
    caller, _who = signed_in(request)
    return render(request, _LIST, {"own": own_cards(caller.account), "ready": ready_cards()})


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def new_pack(request: HttpRequest) -> HttpResponse:
    """Make one of looks; ``looks`` in the address are chosen from the start."""
    caller, _who = signed_in(request)
    if request.method != "POST":
        return _form(request, None, name="", chosen=request.GET.getlist("looks"))
    name, chosen = request.POST.get("name", ""), request.POST.getlist("looks")
    try:
        pack = packs.create(caller.account, name=name, wanted=[Wanted(one) for one in chosen])
    except AppError as error:
        return _form(request, None, name=name, chosen=chosen, error=error)
    return _done(request, pack, _("“%(name)s” is one of your packs now."))


@page
@least(Role.EDITOR)
@require_http_methods(["GET", "HEAD", "POST"])
def change_pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    """Rename it, and choose its looks anew. One that stays keeps the market that it has."""
    pack = _pack(request, pack_id)
    before = list(pack.looks)
    if request.method != "POST":
        return _form(request, pack, name=pack.name, chosen=[one["look"] for one in before])
    name, chosen = request.POST.get("name", ""), request.POST.getlist("looks")
    stays = [Wanted(one["look"], one["market"]) for one in before if one["look"] in chosen]
    there = {one.look for one in stays}
    new = [Wanted(one) for one in chosen if one not in there]
    try:
        packs.change(pack, name=name, wanted=stays + new)
    except AppError as error:
        return _form(request, pack, name=name, chosen=chosen, error=error)
    return _done(request, pack, _("“%(name)s” was saved."))


@page
@require_POST
def delete_pack(request: HttpRequest, pack_id: str) -> HttpResponse:
    pack = _pack(request, pack_id)
    name = pack.name
    pack.delete()
    say(request, Toast(_("“%(name)s” was deleted. Its looks and pictures stay.") % {"name": name}))
    return redirect("packs")


def own_cards(account: Account, presets: Sequence[Preset] | None = None) -> list[PackCard]:
    """The account's packs; ``presets`` are all of its own where they were read already."""
    own = list(Pack.objects.filter(account=account))
    entries = packs.entries_of(own, presets)
    return [
        PackCard(
            pack.public_id,
            pack.name,
            names=[one.name or _("a deleted look") for one in entries[pack.pk]],
            sizes=(),
            lacks=any(one.look is None for one in entries[pack.pk]),
        )
        for pack in own
    ]


def ready_cards() -> list[PackCard]:
    return [_ready_card(pack) for pack in ready_packs.ready_packs()]


def _ready_card(pack: ReadyPack) -> PackCard:
    return PackCard(
        pack.public_id,
        pack.name,
        names=[look.name for look in pack.looks],
        sizes=[_size(look.plan) for look in pack.looks],
        looks=pack.looks,
    )


def _size(plan: EditPlan) -> str:
    size = plan.layout.size
    return "" if size in _PLAIN_SIZES else size.replace("x", "\u00a0\u00d7\u00a0")


def _form(
    request: HttpRequest,
    pack: Pack | None,
    *,
    name: str,
    chosen: Sequence[str],
    error: AppError | None = None,
) -> HttpResponse:
    caller, _who = signed_in(request)
    if error is not None and error.status == 404:
        raise error
    own = Preset.objects.filter(account=caller.account, operation=EDIT)
    ready = ready_looks.ready_looks()
    context = {
        "pack": pack,
        "name": name,
        "chosen": set(chosen),
        "own": [_Choice(one.public_id, one.name, "") for one in own],
        "markets": [_choice(one) for pack in ready_packs.ready_packs() for one in pack.looks],
        "others": [_choice(one) for one in ready if one.group != "marketplace"],
        "most": packs.MAX_LOOKS,
        "error": error.page_message if error else "",
    }
    return render(request, _ONE, context, status=error.status if error else 200)


def _choice(look: ReadyLook) -> _Choice:
    return _Choice(look.public_id, look.name, _size(look.plan))


def _done(request: HttpRequest, pack: Pack, text: str) -> HttpResponse:
    say(request, Toast(text % {"name": pack.name}))
    return redirect(f"{reverse('packs')}#{pack.public_id}")


def _pack(request: HttpRequest, pack_id: str) -> Pack:
    """Raises AppError NOT_FOUND for other people's packs as for none."""
    caller, _who = signed_in(request)
    return packs.pack_for(caller.account, decoded("pack", pack_id, "Pack"))
