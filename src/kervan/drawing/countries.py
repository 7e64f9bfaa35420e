"""Names of countries, and where the basemap writes them. Short English names; no opinion is implied."""

from __future__ import annotations

from typing import Final

__all__ = ["AT_SEA", "PLACES", "WATERS", "country_name"]

AT_SEA: Final = "XZ"

#: ISO 3166-1 alpha-2 code: name, longitude and latitude of its label on the basemap.
PLACES: Final = {
    "AF": ("Afghanistan", 66.0, 33.8), "AL": ("Albania", 20.1, 41.1), "AM": ("Armenia", 44.9, 40.3),
    "AT": ("Austria", 14.5, 47.5), "AZ": ("Azerbaijan", 47.6, 40.6), "BA": ("Bosnia and Herzegovina", 17.8, 44.2),
    "BG": ("Bulgaria", 25.2, 42.7), "BY": ("Belarus", 28.0, 53.4), "CN": ("China", 101.5, 36.8),
    "CY": ("Cyprus", 33.2, 35.0), "CZ": ("Czechia", 15.4, 49.8), "DE": ("Germany", 10.5, 51.2),
    "EE": ("Estonia", 25.8, 58.7), "EG": ("Egypt", 29.5, 26.8), "FI": ("Finland", 26.0, 61.2),
    "GE": ("Georgia", 43.6, 42.1), "GR": ("Greece", 22.0, 39.4), "HR": ("Croatia", 16.2, 45.5),
    "HU": ("Hungary", 19.4, 46.7), "IL": ("Israel", 34.9, 31.2), "IN": ("India", 78.5, 25.5),
    "IQ": ("Iraq", 43.2, 33.2), "IR": ("Iran", 54.3, 33.4), "IT": ("Italy", 12.6, 43.0), "JO": ("Jordan", 36.6, 31.0),
    "KG": ("Kyrgyz Republic", 74.6, 41.45), "KZ": ("Kazakhstan", 66.5, 47.9), "LB": ("Lebanon", 35.9, 34.0),
    "LT": ("Lithuania", 24.0, 55.3), "LV": ("Latvia", 25.5, 56.8), "MD": ("Moldova", 28.6, 47.2),
    "ME": ("Montenegro", 19.3, 42.8), "MK": ("North Macedonia", 21.7, 41.6), "MN": ("Mongolia", 102.5, 46.6),
    "NP": ("Nepal", 84.0, 28.2), "PK": ("Pakistan", 69.2, 29.8), "PL": ("Poland", 19.4, 52.1),
    "RO": ("Romania", 24.6, 45.9), "RS": ("Serbia", 20.8, 44.2), "RU": ("Russia", 57.0, 54.0),
    "SA": ("Saudi Arabia", 44.5, 24.5), "SI": ("Slovenia", 14.8, 46.1), "SK": ("Slovakia", 19.5, 48.7),
    "SY": ("Syria", 38.6, 35.0), "TJ": ("Tajikistan", 70.8, 38.6), "TM": ("Turkmenistan", 58.6, 39.3),
    "TR": ("Türkiye", 34.2, 39.0), "UA": ("Ukraine", 31.6, 49.0), "UZ": ("Uzbekistan", 62.6, 42.1),
}  # fmt: skip

#: Names of waters on the basemap.
WATERS: Final = (
    ("Caspian Sea", 50.6, 42.2), ("Black Sea", 34.0, 43.3), ("Mediterranean Sea", 27.5, 34.0),
)  # fmt: skip

_BESIDES: Final = {
    AT_SEA: "at sea", "AE": "United Arab Emirates", "BE": "Belgium", "ES": "Spain", "FR": "France",
    "GB": "United Kingdom", "JP": "Japan", "KR": "Korea", "NL": "Netherlands", "OM": "Oman", "SG": "Singapore",
    "US": "United States", "VN": "Viet Nam", "XK": "Kosovo", "YE": "Yemen", "DJ": "Djibouti",
}  # fmt: skip


def country_name(code: str) -> str:
    """Return the short English name of a country, or its code where it is not listed.

    Examples
    --------
    >>> country_name("TR"), country_name("QQ")
    ('Türkiye', 'QQ')
    """
    return PLACES[code][0] if code in PLACES else _BESIDES.get(code, code)
