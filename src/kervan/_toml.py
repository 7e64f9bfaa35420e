"""The one reader of TOML: bounded in size, depth and numbers, so that a small text cannot cost much.

Private to the house: package metadata, report settings, scenarios and defaults all come through here.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from kervan.errors import FormatError, shown
from kervan.schema import _CONTROL

__all__ = ["MAX_TOML_BYTES", "toml_of"]

#: Largest text that is read.
MAX_TOML_BYTES: Final = 2_000_000
_MAX_PARTS: Final = 20
_MAX_DEPTH: Final = 40
# A text or comment; one that is never closed reaches to its end, so that no text is looked at twice.
_QUOTED: Final = re.compile(
    r""""{3}(?:\\.|[^\\])*?(?:"{3,5}|\Z)|'{3}.*?(?:'{3,5}|\Z)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|\#[^\n]*""", re.DOTALL
)
_MANY_DOTS: Final = re.compile(rf"(?:^|[,=\[\]{{}}\n])(?:[^.,=\[\]{{}}\n]*\.){{{_MAX_PARTS}}}")


def toml_of(text: str) -> dict[str, Any]:
    r"""Return the content of a TOML text.

    Raises
    ------
    FormatError
        When it is not TOML, or larger, deeper or with larger numbers than anything Kervan reads.

    Examples
    --------
    >>> toml_of("[package]\nname = 'x'")
    {'package': {'name': 'x'}}
    """
    try:
        _check_text(text)
        content = tomllib.loads(text)
        _check_values(content)
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError, and so is a FormatError
        raise FormatError(f"cannot be read as TOML: {str(error)[:200]}") from None
    return content


def _check_text(text: str) -> None:
    if len(text) > MAX_TOML_BYTES:
        raise ValueError(f"it has more than {MAX_TOML_BYTES:,} characters")
    if _CONTROL.search(text):
        raise ValueError("it holds a control character")
    if _MANY_DOTS.search(_QUOTED.sub("", text)):
        raise ValueError(f"a key has more than {_MAX_PARTS} parts")


def _check_values(content: dict[str, Any]) -> None:
    """Refuse what would trip whoever shows or stores it: depth, numbers of thousands of digits, control characters."""
    left: list[tuple[Any, int]] = [(content, 0)]
    while left:
        value, depth = left.pop()
        if depth > _MAX_DEPTH:
            raise ValueError(f"it is nested more than {_MAX_DEPTH} deep")
        if isinstance(value, dict):
            left += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            left += [(part, depth + 1) for part in value]
        elif isinstance(value, str):
            if _CONTROL.search(value):
                raise ValueError(f"{shown(value)} holds a control character")
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("it holds a whole number of more than 64 bits")
