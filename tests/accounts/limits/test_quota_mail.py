"""Owners are told when 80 % of a month's limit are used, and when all is: once a month each."""

from __future__ import annotations

import re
from smtplib import SMTPException
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from accounts.limits import quota_mail, quotas
from accounts.models import PlanLimit, QuotaNotice, UsageMonth

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _mail_is_sent(settings: Any, monkeypatch: pytest.MonkeyPatch, time_machine: Any) -> None:
    settings.MAIL_IS_SENT = True
    time_machine.move_to("2027-03-10T12:00:00Z", tick=False)
    monkeypatch.setattr(quota_mail.tell_of_quota, "send", quota_mail.tell_of_quota.fn)
    PlanLimit.objects.get_or_create(plan_id="free", operation="edit", defaults={"monthly": 10})
    PlanLimit.objects.filter(plan="free").update(monthly=10)


def use(seller: Any, times: int, operation: str = "remove-background") -> None:
    for _ in range(times):
        quotas.reserve(seller.account, operation, job_id=uuid4())


def subjects() -> list[str]:
    return [one.subject for one in mail.outbox]


NEARLY = "Packshot: 80 % of this month’s cutouts are used"
ALL = "Packshot: This month’s cutouts are used up"


def test_once_each_and_for_each_operation(seller: Any, stranger: Any, time_machine: Any) -> None:
    use(seller, 7)
    assert subjects() == []
    use(seller, 1)
    assert subjects() == [NEARLY]
    use(seller, 2)
    assert subjects() == [NEARLY, ALL]
    # Given back and used again: it was told this month.
    UsageMonth.objects.update(reserved=7)
    use(seller, 3)
    assert subjects() == [NEARLY, ALL]
    use(seller, 8, "edit")
    use(stranger, 7)
    assert len(mail.outbox) == 3
    assert {one.to[0] for one in mail.outbox} == {seller.user.email}
    time_machine.move_to("2027-04-01T12:00:00Z", tick=False)
    use(seller, 8)
    assert subjects()[3:] == [NEARLY]


def test_many_at_once_are_told_as_what_they_come_to(seller: Any) -> None:
    quotas.reserve_many(seller.account, "remove-background", job_ids=[uuid4() for _ in range(10)])
    assert subjects() == [ALL]


def test_the_mail_says_it_in_plain_and_html_and_the_owners_language(
    seller: Any, settings: Any
) -> None:
    settings.SUPPORT_CONTACT = "help@example.com"
    seller.user.name, seller.user.language = "<Ada>", "de"
    seller.user.save()
    use(seller, 8)
    [one] = mail.outbox
    html, kind = one.alternatives[0]
    assert kind == "text/html"
    words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    said = "80 % der 10 Freisteller, die dein Tarif Free für diesen Monat hat, sind verbraucht."
    assert one.subject == "Packshot: 80 % der Freisteller dieses Monats sind verbraucht"
    assert "Hallo <Ada>," in one.body
    assert said in one.body
    assert f"{settings.SITE_URL}/settings/usage/" in one.body
    assert "help@example.com" in one.body
    assert "&lt;Ada&gt;" in words
    assert said in words


def test_where_it_cannot_be_sent_it_is_tried_again(
    seller: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(self: Any) -> None:
        raise SMTPException("away")

    values = (str(seller.account.pk), "edit", "2027-03", 80, 10)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMultiAlternatives.send", away)
        with pytest.raises(SMTPException):
            quota_mail.tell_of_quota.fn(*values)
    assert not QuotaNotice.objects.exists()
    quota_mail.tell_of_quota.fn(*values)
    quota_mail.tell_of_quota.fn(*values)
    assert len(mail.outbox) == 1


def test_nobody_is_told_where_no_mail_is_sent(seller: Any, settings: Any) -> None:
    settings.MAIL_IS_SENT = False
    use(seller, 10)
    assert subjects() == []
    assert not QuotaNotice.objects.exists()
