"""Every benchmark: ``python -m benchmarks``, with ``--json`` for machines."""

from __future__ import annotations

from benchmarks import footprint, route
from benchmarks._measure import show

if __name__ == "__main__":
    show([*route.measure(), *footprint.measure()])
