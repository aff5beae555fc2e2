"""The form by which a result is rated."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from processing.models import Rating, RatingReason, Verdict
from processing.models.ratings import NOTE_LENGTH
from processing.services.ratings import Said

_VERDICTS: Final = ((Verdict.GOOD.value, _("Good")), (Verdict.BAD.value, _("Bad")))
_REASONS: Final = (
    ("", "—"),
    (RatingReason.EDGES.value, _("Edges")),
    (RatingReason.MISSING_PART.value, _("A part is missing")),
    (RatingReason.LEFT_OVER.value, _("Something is left over")),
    (RatingReason.COLOR.value, _("Color")),
    (RatingReason.SHADOW.value, _("Shadow")),
    (RatingReason.OTHER.value, _("Something else")),
)


class RatingForm(forms.Form):
    """Good or bad, and why; the reason counts for bad ones alone."""

    verdict = forms.ChoiceField(
        label=_("This result is"),
        choices=_VERDICTS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
    reason = forms.ChoiceField(label=_("What is wrong with it?"), choices=_REASONS, required=False)
    note = forms.CharField(
        label=_("Note"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    may_show = forms.BooleanField(
        label=_("Show this picture to support"),
        required=False,
        help_text=_(
            "Then the people who run this site may see the photo and this result. Otherwise they see "
            "your words and the facts of the work, and no picture."
        ),
    )

    def said(self) -> Said:
        given = self.cleaned_data
        is_bad = given["verdict"] == Verdict.BAD
        return Said(
            given["verdict"], given["reason"] if is_bad else "", given["note"], given["may_show"]
        )


def initial(rating: Rating | None) -> dict[str, object]:
    """What the form begins with: what was said before."""
    if rating is None:
        return {}
    names = ("verdict", "reason", "note", "may_show")
    return {name: getattr(rating, name) for name in names}
