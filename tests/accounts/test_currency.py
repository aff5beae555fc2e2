"""What currency an account sells in."""

from __future__ import annotations

import pytest

from accounts.currencies import CODES, amount

ME = "/api/v1/auth/me"


def currency_of(client):
    return client.get(ME).json()["data"]["account"]["currency"]


def test_an_account_begins_with_dollars_and_may_change_that(seller, stranger):
    assert currency_of(seller.client) == "USD"
    answer = seller.client.patch(ME, {"currency": "EUR"}, format="json")
    assert answer.status_code == 200
    assert answer.json()["data"]["account"]["currency"] == "EUR"
    assert currency_of(seller.client) == "EUR"
    assert currency_of(stranger.client) == "USD"


@pytest.mark.parametrize("body", [{}, {"currency": "XYZ"}, {"currency": "eur"}, {"plan": "pro"}])
def test_what_is_no_currency_is_refused(seller, body):
    answer = seller.client.patch(ME, body, format="json")
    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert currency_of(seller.client) == "USD"


def test_a_key_reads_it_but_only_a_person_changes_it(seller):
    program = seller.key_client()
    assert program.patch(ME, {"currency": "EUR"}, format="json").status_code == 403
    assert currency_of(program) == "USD"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (4500, "USD", "45.00"),
        (5, "EUR", "0.05"),
        (0, "GBP", "0.00"),
        (4500, "JPY", "4500"),
        (1234567, "KWD", "1234.567"),
    ],
)
def test_minor_units_are_written_as_each_currency_does(minor, currency, text):
    assert amount(minor, currency) == text


def test_codes_are_three_letters_and_in_order():
    assert all(len(code) == 3 and code.isupper() for code in CODES)
    assert list(CODES) == sorted(set(CODES))
