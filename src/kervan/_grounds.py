"""What a number rests on: the sources and the worst quality of the rows it comes from.

Private to `arcs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from kervan._moments import looked_up

if TYPE_CHECKING:
    pass

QUALITY_OF_RANK: Final = ("observed", "published", "claimed", "estimated")
_RANK: Final = {quality: rank for rank, quality in enumerate(QUALITY_OF_RANK)}

#: How much of the time, money and emission of an arc rests on numbers of each quality.
GROUNDS: Final = tuple(f"{quality}_{unit}" for unit in ("h", "usd", "kg") for quality in QUALITY_OF_RANK)


def worst(frame: pd.DataFrame, *columns: str) -> pd.Series[int]:
    """Return the rank of the worst quality in these columns of each row."""
    ranks = [frame[column].map(_RANK).fillna(0) for column in columns]
    return pd.concat(ranks, axis=1).max(axis=1).astype("int64")


def joined(*columns: pd.Series[str], first: pd.Series[str]) -> pd.Series[str]:
    """Return the names of each row, each once, separated by ``;``; a cell may hold several already."""
    lines = map(";".join, zip(first, *columns, strict=True))
    joined = [";".join(dict.fromkeys(name for name in line.split(";") if name)) for line in lines]
    return pd.Series(joined, index=first.index, dtype="str")


def sources(frame: pd.DataFrame, key: str, wanted: pd.Series[str]) -> pd.Series[str]:
    """Return the sources of the rows of each wanted key, separated by ``;``; blank where it has none."""
    known = frame.groupby(key)["source_id"].agg(lambda names: ";".join(dict.fromkeys(names))).to_dict()
    return pd.Series([known.get(name, "") for name in wanted], index=wanted.index, dtype="str")


def ranks(frame: pd.DataFrame, key: str, wanted: pd.Series[str]) -> pd.Series[int]:
    """Return the rank of the worst quality of the rows of each wanted key; 0 where it has none."""
    found = frame.assign(rank=worst(frame, "quality")).groupby(key)["rank"].max()
    return looked_up(found, wanted).astype("int64")


def shared_out(grounds: Mapping[str, list[tuple[pd.Series[float], pd.Series[Any]]]]) -> dict[str, pd.Series[float]]:
    """Return the columns `GROUNDS` of amounts and the rank of the quality each rests on, by unit."""
    return {
        f"{quality}_{unit}": sum((amount.where(ranks == rank, 0.0) for amount, ranks in parts), start=0.0 * parts[0][0])
        for unit, parts in grounds.items()
        for rank, quality in enumerate(QUALITY_OF_RANK)
    }


def with_doors(steps: pd.DataFrame, calendars: pd.DataFrame) -> pd.DataFrame:
    """Give steps behind a door the sources of its calendar too, and the worse quality of the two."""
    rank = np.maximum(worst(steps, "quality"), ranks(calendars, "calendar_id", steps["calendar_id"]))
    names = steps["source_id"] + ";" + sources(calendars, "calendar_id", steps["calendar_id"])
    return steps.assign(source_id=names, quality=np.array(QUALITY_OF_RANK)[rank])
