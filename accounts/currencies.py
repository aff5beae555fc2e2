"""Currencies by their ISO 4217 code, and how many decimals their minor unit has."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

DEFAULT: Final = "USD"
_EXPONENTS: Final = {
    0: "CLP ISK JPY KRW PYG UGX VND XAF XOF",
    2: (
        "AED ALL AMD ARS AUD AZN BAM BDT BGN BOB BRL CAD CHF CNY COP CRC CZK DKK DOP DZD EGP ETB "
        "EUR GBP GEL GHS GTQ HKD HNL HUF IDR ILS INR JMD KES KZT LKR MAD MDL MKD MXN MYR NGN NIO "
        "NOK NPR NZD PAB PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TTD TWD TZS UAH USD UYU "
        "UZS ZAR ZMW"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
}
EXPONENTS: Final = {
    code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()
}
CODES: Final = tuple(sorted(EXPONENTS))


def amount(minor: int, currency: str) -> str:
    """A number of minor units as a plain decimal number: 4500 USD as ``45.00``, 4500 JPY as ``4500``."""
    return str(Decimal(minor).scaleb(-EXPONENTS[currency]))
