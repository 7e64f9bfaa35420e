"""Kervan: an open digital twin of a transport corridor.

Examples
--------
>>> import kervan as kv
>>> net = kv.load("trans_caspian")
>>> answer = kv.run(net, "route", kv.RouteParams(origin="CN_XIAN", destination="GE_POTI", commodity_id="container"))
>>> answer["itineraries"]["itinerary"].iloc[0]
np.int64(1)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kervan.engines import ENGINES, run
    from kervan.engines.route import RouteParams
    from kervan.engines.simulate.params import SimulateParams
    from kervan.errors import InputError, KervanError, NoPath, SchemaError
    from kervan.formats import load, save
    from kervan.indicators import INDICATORS, measure
    from kervan.network import Network
    from kervan.result import Result
    from kervan.scenario import Scenario, at
    from kervan.schema import TABLES

__version__ = "0.1.0"

# Public name to its module: a name is imported when it is first asked for, so `import kervan` is quick.
_HOME = {
    "ENGINES": "kervan.engines",
    "INDICATORS": "kervan.indicators",
    "InputError": "kervan.errors",
    "KervanError": "kervan.errors",
    "Network": "kervan.network",
    "NoPath": "kervan.errors",
    "Result": "kervan.result",
    "RouteParams": "kervan.engines.route",
    "Scenario": "kervan.scenario",
    "SchemaError": "kervan.errors",
    "SimulateParams": "kervan.engines.simulate.params",
    "TABLES": "kervan.schema",
    "at": "kervan.scenario",
    "load": "kervan.formats",
    "measure": "kervan.indicators",
    "run": "kervan.engines",
    "save": "kervan.formats",
}

__all__ = [
    "ENGINES",
    "INDICATORS",
    "TABLES",
    "InputError",
    "KervanError",
    "Network",
    "NoPath",
    "Result",
    "RouteParams",
    "Scenario",
    "SchemaError",
    "SimulateParams",
    "at",
    "load",
    "measure",
    "run",
    "save",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'kervan' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
