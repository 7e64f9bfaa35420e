"""Electronic procedures at the posts between Kazakhstan and its neighbours, as interventions J01 to J03.

A declaration lodged before arrival shortens documents and customs to the electronic time of the step (for container
trains measured at Altynkol: up to 3 hours before, half an hour after); a booked arrival shortens the queue of trucks.
The promise of the new road posts, about 30 minutes for the whole crossing, is not taken over, only half of the queue.
The dates are open, so no year brings them about by itself.
"""

from __future__ import annotations

from pathlib import Path

from . import posts
from .frames import Row

_READ = "text read for the institutions file"

SOURCES: list[Row] = [
    {
        "source_id": key, "publisher": publisher, "title": title, "year": year, "url": url, "grade": "C",
        "how_read": how_read,
    }
    for key, publisher, title, year, url, how_read in (
        ("TR2509SK", "Trend quoting Samruk-Kazyna",
         "Major railway projects by 2027: Kyzylzhar-Moyinty 329 km (2025-2026), Bakhty-Ayagoz 295 km (2025-2027)", 2025,
         "https://www.trend.az/business/transport/4091560.html", "excerpt"),
        ("CHDAILY19", "China Daily", "Karamay-Tacheng railway opens: 272.79 km, 30 May 2019", 2019,
         "http://www.chinadaily.com.cn/a/201905/30/WS5cefa18ba3104842260beba9.html", "excerpt"),
        ("OTS2509", "Report.az",
         "Heads of customs of the Turkic states: joint declaration on eTIR, simplified customs corridor", 2025,
         "https://api.report.az/en/infrastructure/turkic-states-agree-on-simplified-customs-procedures-to-boost-"
         "middle-corridor-development", _READ),
        ("OTS2501", "AVIM", "Turkic states chart path to digital trade with eTIR implementation by 2025", 2025,
         "https://avim.org.tr/en/Bulten/TURKIC-STATES-CHART-PATH-TO-DIGITAL-TRADE-WITH-ETIR-IMPLEMENTATION-BY-2025",
         _READ),
        ("TR2512KZ", "Trend",
         "Kazygurt and Temir-Baba checkpoints opened: crossing about 30 minutes, 1,000 vehicles a day", 2025,
         "https://www.trend.az/casia/kazakhstan/4129243.html", _READ),
        ("SUMMIT2505", "Report of the informal summit of the Organization of Turkic States",
         "Budapest, 21 May 2025: commitments, item by item", 2025, "", _READ),
    )
]  # fmt: skip

#: id -> (title, countries, status, claim, note, source).
DIGITAL: dict[str, tuple[str, tuple[str, str], str, str, str, str]] = {
    "J01": (
        "Electronic procedures at the Kazakh-Kyrgyz posts", ("KZ", "KG"), "agreed",
        "customs and permit data lodged before arrival (eTIR, e-CMR); 10-15 minutes with the electronic queue",
        "said to be under way in May 2025, eTIR roadmap of January and declaration of September 2025; no date",
        "OTS2509",
    ),
    "J02": (
        "Electronic procedures at the Kazakh-Uzbek posts", ("KZ", "UZ"), "agreed",
        "crossing in about 30 minutes at the new posts; eTIR and e-CMR",
        "said to be under way in May 2025, eTIR roadmap of January and declaration of September 2025; no date",
        "TR2512KZ",
    ),
    "J03": (
        "Electronic procedures at the Kazakh-Chinese posts", ("KZ", "CN"), "planned",
        "customs of a container train in half an hour instead of up to three on both sides",
        "done on the Kazakh side; no agreement on the Chinese side found", "LADA2508",
    ),
}  # fmt: skip
#: Share of declarations lodged before arrival, and what remains of the queue when arrival is booked: assumptions.
LODGED, QUEUE_LEFT = 0.9, 0.5


def _posts(facts: Path, pair: tuple[str, str]) -> list[str]:
    """Return the open border posts between two countries."""
    rows = posts.tables(facts)["facilities"]
    between = rows["from_country_code"].isin(pair) & rows["to_country_code"].isin(pair)
    is_open = rows["opens_year"] != posts.NEVER
    return sorted(rows.loc[(rows["kind"] == "border_post") & between & is_open, "facility_id"])


def _edits(names: list[str]) -> list[Row]:
    """Return what electronic lodging changes: documents and customs of those still on paper, and the road queue."""
    on_paper = {"facility_id": names, "kind": ["documents", "customs"], "electronic_frac": 0.0}
    road = [name for name in names if name.endswith(".road")]
    return [
        {"op": "set", "table": "steps", "where": on_paper, "values": {"electronic_frac": LODGED}},
        {"op": "scale", "table": "steps", "where": {"facility_id": road, "kind": "security"},
         "factors": {"wait_h": QUEUE_LEFT}},
    ]  # fmt: skip


def interventions(facts: Path) -> list[Row]:
    """Return J01 to J03 as rows without their commitment; ``edits`` is a list."""
    rows = []
    for name, (title, pair, status, claim, note, source) in DIGITAL.items():
        assumed = f"assumed: {LODGED:.0%} lodged before arrival, half of the road queue left; wagons' queues unchanged"
        rows.append({
            "intervention_id": name, "title": title, "country_codes": ";".join(pair), "status": status,
            "claim": claim, "edits": _edits(_posts(facts, pair)), "note": f"{note}; {assumed}", "source_id": source,
            "quality": "estimated",
        })  # fmt: skip
    return rows
