"""What a number of replications says, and how sure it is: the analysis of output, of any run.

`_estimates` has intervals, stopping and differences; `_welch` what happens over time; `_histogram` the bins of waits;
`_tables` the summaries by demand row, station, lane, fleet and week.

References
----------
Law, "Simulation Modeling and Analysis", 5th ed., McGraw-Hill (2015), chapters 9 (one system) and 10 (two).
"""

from __future__ import annotations

from kervan.engines.simulate._estimates import (
    Difference,
    Estimate,
    PooledQuantile,
    enough,
    interval,
    paired,
    pooled_quantile,
    quantile_interval,
    replications_needed,
    student,
    wilson,
)
from kervan.engines.simulate._histogram import WAIT_BINS, WAIT_EDGES_H, bin_of, histogram_quantile
from kervan.engines.simulate._tables import (
    OD_SUMMARY,
    OdSummary,
    fleet_table,
    lane_table,
    od_differences,
    od_of,
    od_table,
    station_table,
    week_table,
)
from kervan.engines.simulate._welch import Recovery, mser5, recovery, welch

__all__ = [
    "OD_SUMMARY", "WAIT_BINS", "WAIT_EDGES_H", "Difference", "Estimate", "OdSummary", "PooledQuantile", "Recovery",
    "bin_of", "enough", "fleet_table", "histogram_quantile", "interval", "lane_table", "mser5", "od_differences",
    "od_of", "od_table", "paired", "pooled_quantile", "quantile_interval", "recovery", "replications_needed",
    "station_table", "student", "week_table", "welch", "wilson",
]  # fmt: skip
