"""How far each kind and class is to be trusted, as measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["CONFIDENCE"]

CONFIDENCE: Final[Mapping[tuple[str, str], float]] = {}
