"""Money, quantities and percentages written in figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.words import listed

__all__ = ["amounts", "number"]

_SCALES: Final = {
    "thousand": 1e3, "million": 1e6, "mln": 1e6, "billion": 1e9, "bn": 1e9, "bln": 1e9, "trillion": 1e12, "m": 1e6,
}  # fmt: skip
_SIGNS: Final = {"$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT", "₼": "AZN", "₺": "TRY", "₾": "GEL", "¥": ""}
_CODES: Final = tuple(
    listed("""
    USD EUR GBP KZT AZN GEL KGS UZS TRY TMT TJS CNY RUB AMD CHF JPY HUF UAH MNT SDR
""")
)
_MONEY: Final = {
    "us dollar": "USD", "dollar": "USD", "euro": "EUR", "tenge": "KZT", "manat": "", "lari": "GEL", "som": "",
    "sum": "UZS",
    "turkish lira": "TRY", "lira": "TRY", "yuan": "CNY", "renminbi": "CNY", "rouble": "", "ruble": "", "dram": "AMD",
    "forint": "HUF", "pound sterling": "GBP", "somoni": "TJS", "swiss franc": "CHF", "kazakh tenge": "KZT",
    "azerbaijani manat": "AZN", "turkmen manat": "TMT", "kyrgyz som": "KGS", "uzbek som": "UZS", "uzbek sum": "UZS",
    "russian rouble": "RUB", "russian ruble": "RUB",
    "armenian dram": "AMD", "georgian lari": "GEL",
}  # fmt: skip
_UNITS: Final = (
    "(?:metric )?tons?|(?:metric )?tonnes?|t|kt|Mt|TEUs?|FEUs?|containers?|wagons?|trains?|trucks?|lorries"
    "|vehicles?|vessels?"
    "|kilomet(?:re|er)s?|km|met(?:re|er)s?|cubic met(?:re|er)s?|square (?:kilo)?met(?:re|er)s?|hectares?|barrels?"
    "|(?:kilo|mega|giga|tera)?watts?(?:-hours?)?|[kMGT]Wh?|[GT]bit/s|[GT]bps"
)
_SPANS: Final = "hours?|minutes?|days?|weeks?|months?|years?"
_NUMBER: Final = r"\d{1,15}(?:[.,]\d{1,15}){0,5}"
_SCALE: Final = r"(?:[  -]?(?P<scale>thousand|million|mln|billion|bln|bn|trillion|M|m(?! ))\b)?"
_AMOUNT: Final = re.compile(
    rf"(?<![\w.,])(?P<sign>(?:US|A|C)?[$€£₸₼₺₾¥]|(?:{'|'.join(_CODES)})\b)?[  ]?(?P<number>{_NUMBER}){_SCALE}"
    rf"(?:[  -]?(?P<percent>%|per ?cent(?:age points?)?\b)|[  -]?(?P<money>(?:(?i:{'|'.join(_MONEY)})"
    rf"|{'|'.join(_CODES)})s?)\b"
    rf"|(?:[  -](?=(?:{_UNITS})\b)|[  ])(?P<unit>{_UNITS}|{_SPANS})(?![\w/-]))?"
)


def number(text: str) -> float | None:
    """Return the number that English figures write, or None where they have two readings.

    Examples
    --------
    >>> number("11.4"), number("1,150"), number("1,200,000.5"), number("9,5")
    (11.4, 1150.0, 1200000.5, None)
    """
    whole, point, part = text.partition(".")
    groups = whole.split(",")
    if "." in part or "," in part or (len(groups) > 1 and (len(groups[0]) > 3 or any(len(g) != 3 for g in groups[1:]))):
        return None
    return float("".join(groups) + point + part)


def amounts(text: str, start: int, end: int) -> Iterator[Candidate]:
    """Yield the amounts of a sentence.

    Parameters
    ----------
    text
        The whole text.
    start
        Where the sentence begins.
    end
        Where it ends.
    """
    for found in _AMOUNT.finditer(text, start, end):
        if not (found["sign"] or found["percent"] or found["money"] or found["unit"]):
            continue
        value = number(found["number"])
        if value is not None and found["scale"]:
            value = float(f"{value}e{len(str(int(_SCALES[found['scale'].lower()]))) - 1}")
        kind = "amount"
        if found["sign"] or found["money"]:
            class_, unit = "money", _currency(found["sign"] or "", found["money"] or "")
        elif found["percent"]:
            kind, class_, unit = "percentage", "share", "frac"
            value = None if value is None else float(f"{value}e-2")
        else:
            class_, unit = "quantity", found["unit"]
        yield Candidate(kind, class_, found.start(), found.end(), found[0], value=value, unit=unit)


def _currency(sign: str, word: str) -> str:
    """Return the ISO 4217 code, or nothing where several countries have money of that name."""
    if sign:
        return sign if sign in _CODES else _SIGNS[sign[-1]] if len(sign) == 1 or sign == "US$" else ""
    plain = word.lower()
    return word if word in _CODES else _MONEY.get(plain, _MONEY.get(plain.removesuffix("s"), ""))
