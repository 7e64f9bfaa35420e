"""Canonical JSON (RFC 8785): the one way to write a value, so that its hash means the value.

`json.dumps` writes it in C wherever the two agree; numbers with a fraction and keys that UTF-16 sorts otherwise
than Unicode go to the package `rfc8785`. A property test holds the two side by side.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["BAD_TEXT", "MAX_DEPTH", "MAX_SAFE", "SORTED", "canonical", "faults", "id_fault", "quoted"]

#: Whole numbers beyond this are not the same in every reader of JSON (RFC 8785, 3.2.2.3).
MAX_SAFE: Final = 2**53 - 1
MAX_DEPTH: Final = 32
_MAX_ID: Final = 200

# Unicode's property Bidi_Control, and surrogates without their other half.
_TURNING: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
#: What no text of a ledger may hold.
BAD_TEXT: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_TURNING}\ud800-\udfff]")
_BAD_ID: Final = re.compile(rf"[\x00-\x1f\x7f-\x9f{_TURNING}\u200b-\u200d\u2028\u2029\u2060\ufeff\ud800-\udfff]")
_SIMPLE: Final = frozenset({str, int, bool, type(None)})
_LISTS: Final = frozenset({list, tuple})
_ABOVE: Final = re.compile("[\ue000-\U0010ffff]")
#: `json.dumps` where it writes as RFC 8785 asks.
SORTED: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))

#: A text as JSON.
quoted = json.encoder.encode_basestring


def canonical(value: Any) -> str:
    """Return a value without `faults` as canonical JSON.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": [1e21, "é"]})
    '{"a":[1e+21,"é"],"b":1}'
    """
    if _is_simple(value):
        return SORTED.encode(value)
    import rfc8785

    return rfc8785.dumps(_plain(value)).decode()


def _is_simple(value: Any) -> bool:
    """Whether `json.dumps` writes this value as RFC 8785 asks."""
    kind = type(value)
    if kind in _SIMPLE:
        return True
    if kind is dict:
        return all((key.isascii() or not _ABOVE.search(key)) and _is_simple(item) for key, item in value.items())
    return kind in _LISTS and all(map(_is_simple, value))


def _plain(value: Any) -> Any:
    """Return a value with dictionaries for all mappings and lists for all sequences."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def faults(value: Any, place: str = "", depth: int = 1) -> list[tuple[str, str, Any]]:
    """Return every reason why a value cannot be recorded: where in it, what is wrong, and what was found."""
    kind = type(value)
    if kind is str:
        return _text_faults(value, place)
    if value is None or kind is bool:
        return []
    if isinstance(value, str):
        return _text_faults(value, place)
    if isinstance(value, int | float):
        return _number_faults(value, place)
    if kind is not dict and kind is not list and not isinstance(value, Mapping | tuple | list):
        return [(place, "is not a value of JSON: give texts, numbers, true, false, null, lists and objects", value)]
    if depth > MAX_DEPTH:
        return [(place, f"lies more than {MAX_DEPTH} levels deep", "")]
    if kind in _LISTS or not isinstance(value, Mapping):
        return [fault for n, item in enumerate(value) for fault in faults(item, f"{place}[{n}]", depth + 1)]
    found = []
    for key, item in value.items():
        if not isinstance(key, str):
            found.append((place, "has a key that is not a text", key))
            continue
        inner = f"{place}.{key}" if place else key
        found += [(place, f"has a key that {what}", key) for _, what, _ in _text_faults(key, "")]
        found += faults(item, inner, depth + 1)
    return found


def _text_faults(text: str, place: str) -> list[tuple[str, str, Any]]:
    bad = BAD_TEXT.search(text)
    return [(place, f"holds {_named(bad[0])}, which no text may hold", text)] if bad else []


def _number_faults(value: float, place: str) -> list[tuple[str, str, Any]]:
    if isinstance(value, float) and not math.isfinite(value):
        return [(place, "is not a number of JSON: NaN and infinity have no place in it; use null", value)]
    if isinstance(value, int) and abs(value) > MAX_SAFE:
        return [(place, f"is beyond {MAX_SAFE}, up to which every reader keeps whole numbers; give it as text", value)]
    return []


def _named(character: str) -> str:
    kind = "a control character" if ord(character) < 0xA0 else "half a character"
    turning = re.match(f"[{_TURNING}]", character)
    kind = "a mark that turns the direction of writing" if turning else kind
    return f"{kind} (U+{ord(character):04X})"


def id_fault(text: object, *, may_be_empty: bool = False) -> str:
    """Return what is wrong with a name or id, or nothing.

    Examples
    --------
    >>> id_fault("TR-AZ.2025"), id_fault(" x")
    ('', 'begins or ends with a blank')
    """
    if not isinstance(text, str):
        return "is not a text"
    if not text:
        return "" if may_be_empty else "is empty"
    if len(text) > _MAX_ID:
        return f"has {len(text)} characters; at most {_MAX_ID} are taken"
    bad = _BAD_ID.search(text)
    if bad:
        shown = _named(bad[0]) if BAD_TEXT.match(bad[0]) else f"an invisible character (U+{ord(bad[0]):04X})"
        return f"holds {shown}, which no id may hold"
    return "begins or ends with a blank" if text != text.strip() else ""
