"""The mail with an invitation's link. A worker sends it, so that no request waits for a mail server."""

from __future__ import annotations

from uuid import UUID

import dramatiq
import structlog
from django.core.mail import EmailMultiAlternatives
from django.utils import translation

from accounts.mails import writing
from accounts.models import Invitation, User
from config.failures.outages import QUEUE_ERRORS

log = structlog.get_logger(__name__)


def send_later(invitation_id: UUID, url: str) -> None:
    try:
        send_invitation.send(str(invitation_id), url)
    except QUEUE_ERRORS as error:  # the owner sees it in the list, and sends it again
        log.warning("invitation.not_sent", invitation=str(invitation_id), error=str(error))


@dramatiq.actor(queue_name="accounts", max_retries=5, min_backoff=1_000, max_backoff=60_000)
def send_invitation(invitation_id: str, url: str) -> None:
    """Send it, unless it was taken back or accepted meanwhile."""
    rows = Invitation.objects.select_related("account", "invited_by")
    invitation = rows.filter(
        pk=UUID(invitation_id), accepted_at=None, revoked_at=None, account__closed_at=None
    ).first()
    if invitation is None:
        return
    message(invitation, url).send()


def message(invitation: Invitation, url: str) -> EmailMultiAlternatives:
    """Write the mail, in the language of who gets it, else of who invites."""
    host = invitation.invited_by
    reader = User.objects.filter(email=invitation.email).first()
    spoken = writing.language_for(reader, host.language if host else "")
    with translation.override(spoken):
        context = {
            "inviter": (writing.greeted(host) or host.email) if host else "",
            "account": writing.without_link(invitation.account.name) or "Packshot",
            "role": invitation.get_role_display(),
            "until": invitation.expires_at,
            "url": url,
        }
    return writing.write(
        "accounts/email/invitation", context, user=reader, to=invitation.email, language=spoken
    )
