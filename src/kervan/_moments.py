"""Mean and variance of waits and procedures; ``docs/explanation/extended-graph.md`` derives them.

Private to `arcs`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

_HOURS_A_WEEK: Final = 168.0


def departure_wait(ways: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Return mean and second moment of the wait for a departure, met at a random instant.

    The residual life of a renewal process of gamma headways: ``½ h (1 + c²)`` and ``h² (1 + c²)(1 + 2c²) / 3``.
    Who waits for a full load waits no longer than the timeout ``t``, and then ``E W² ≤ t E W``.
    """
    headway, cv2 = ways["headway_h"], ways["headway_cv_frac"] ** 2
    mean, second = headway / 2 * (1 + cv2), headway**2 * (1 + cv2) * (1 + 2 * cv2) / 3
    timeout = ways["timeout_h"].where(ways["rule"] == "full_or_timeout", np.inf)
    mean = mean.clip(upper=timeout)
    return mean, second.clip(upper=(timeout * mean).where(np.isfinite(timeout), np.inf))


def closure_wait(closures: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return mean and second moment of the wait for each scope to open, met at a random instant.

    Spells are exponential: closed with probability ``c / (o + c)``, and then ``c`` more hours on average.
    """
    if month:
        closures = closures[closures["month"] == month]
    closed, share = closures["closed_h"], closures["closed_h"] / (closures["open_h"] + closures["closed_h"])
    divisor = 1 if month else 12
    mean, second = share * closed / divisor, share * 2 * closed**2 / divisor
    moments = pd.DataFrame({"scope": closures["scope"], "closure_h": mean, "closure_h2": second})
    return moments.groupby("scope", as_index=True).sum()


def step_moments(steps: pd.DataFrame, closed: pd.DataFrame, mass: float) -> pd.DataFrame:
    """Return mean wait and procedure, variance and money of each step, with its share and electronic part.

    A step met with probability ``s`` takes ``X`` (paper or electronic) after a wait ``W``, all independent:
    mean ``s (E X + E W)``, second moment ``s (E X² + E W² + 2 E X E W)``.
    """
    electronic, share = steps["electronic_frac"], steps["share_frac"]
    service = (1 - electronic) * steps["service_h"] + electronic * steps["electronic_service_h"]
    service_h2 = (1 - electronic) * steps["service_h"] ** 2 + electronic * steps["electronic_service_h"] ** 2
    service_h2 = service_h2 * (1 + steps["service_cv_frac"] ** 2)
    wait, wait_h2 = steps["wait_h"], steps["wait_h"] ** 2 * (1 + steps["wait_cv_frac"] ** 2)
    # Steps behind the same door wait for it once, if any of them is met.
    doors = [steps["arc"], steps["calendar_id"]]
    is_first = ~steps.duplicated(["arc", "calendar_id"]) & (steps["calendar_id"] != "")
    door_share = (1 - (1 - share).groupby(doors).transform("prod")).where(is_first, 0.0)
    door_h, door_h2 = (door_share * looked_up(closed[name], steps["calendar_id"]) for name in ("wait_h", "wait_h2"))
    mean = share * (service + wait)
    second = share * (service_h2 + wait_h2 + 2 * service * wait)
    return pd.DataFrame(
        {
            "waiting_h": share * wait + door_h,
            "procedure_h": share * service,
            "variance_h2": (second - mean**2).clip(lower=0) + (door_h2 - door_h**2).clip(lower=0),
            "cost_usd_per_unit": share * steps["cost_usd_per_t"] * mass,
        }
    )


def closed_hours(calendars: pd.DataFrame) -> pd.DataFrame:
    """Return mean and second moment of the wait for each calendar to open, met at a random hour of the week.

    A gap of ``c`` closed hours is met with probability ``c / 168`` and costs ``c / 2`` on average, so the
    mean is ``Σ c² / (2·168)`` and the second moment ``Σ c³ / (3·168)``.
    """
    rows: list[tuple[Any, float, float]] = []
    for calendar_id, opening in calendars.groupby("calendar_id"):
        start = (opening["weekday"] * 24 + opening["opens_h"]).to_numpy(dtype=float)
        end = (opening["weekday"] * 24 + opening["closes_h"]).to_numpy(dtype=float)
        order = np.argsort(start)
        start, end = start[order], np.maximum.accumulate(end[order])
        gaps = np.maximum(np.append(start[1:], start[0] + _HOURS_A_WEEK) - end, 0.0)
        rows.append((calendar_id, (gaps**2).sum() / (2 * _HOURS_A_WEEK), (gaps**3).sum() / (3 * _HOURS_A_WEEK)))
    moments = pd.DataFrame(rows, columns=["calendar_id", "wait_h", "wait_h2"])
    return moments.astype({"calendar_id": "str", "wait_h": "float64", "wait_h2": "float64"}).set_index("calendar_id")


def looked_up(values: pd.Series[float], keys: pd.Series[str]) -> pd.Series[float]:
    """Return the value of each key, 0 where it has none."""
    found = values.reindex(keys).fillna(0.0).to_numpy(dtype=float)
    return pd.Series(found, index=keys.index)
