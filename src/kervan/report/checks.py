"""Published figures beside the model's: the charts, their table, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kervan.drawing.maps import short_name
from kervan.drawing.numbers import count, percent, plain, span
from kervan.drawing.svg import Markup
from kervan.report import findings
from kervan.report.charts import Check, checks_chart, signed
from kervan.report.figures import Size, figure
from kervan.report.grid import Grid, Head

if TYPE_CHECKING:
    from kervan.report.story import Story

__all__ = ["checks_section"]

_QUANTITIES: Final = {
    "transit_time": "Time of a journey", "freight_cost": "Price of a journey", "facility_time": "Time at a post",
    "facility_cost": "Charge at a post", "speed": "Speed, delays included", "length": "Length",
}  # fmt: skip
_JOURNEYS: Final = ("transit_time", "freight_cost")
_BY_A_WAY: Final = (*_JOURNEYS, "speed", "length")  # the name of a post says already what answered
_CHECK_PARTS: Final = (
    ("Journeys", "validation", _JOURNEYS),
    ("Posts and speeds", "validation", tuple(_QUANTITIES.keys() - {*_JOURNEYS, "length"})),
    ("Lengths test the map, not the model", "validation", ("length",)),
    ("Figures the model was set by prove nothing, and are kept apart", "calibration", tuple(_QUANTITIES)),
)


def checks_section(story: Story) -> dict[str, Any]:
    """Return what the template shows of the published figures: headline, text, and a chart with its table a part."""
    table = story.checks
    found: dict[str, Any] = {
        "title": findings.checks_headline(table),
        "trouble": story.checks_trouble,
        "figures": [],
        "lede": findings.checks_lede(table),
    }
    if not len(table):
        return found
    names = {row["node_id"]: short_name(row["name"]) for row in story.net["nodes"].to_dict("records")}
    records = table.to_dict("records")
    note = f"Filled dots: within 20 per cent. Grey bars: the range published. {_left_out(story)}"
    for number, (title, role, quantities) in enumerate(_CHECK_PARTS):
        rows = [row for row in records if row["role"] == role and row["quantity"] in quantities]
        groups = [
            (words, [_check(row, names) for row in rows if row["quantity"] == quantity])
            for quantity, words in _QUANTITIES.items()
        ]
        if rows:
            draw = partial(_drawn_checks, key=f"checks{number}", groups=groups, title=title)
            found["figures"].append(figure(title, draw, note, (_checks_table(story, rows, names),)))
            note = ""
    return found


def _left_out(story: Story) -> str:
    """Return how many figures of the package are not on the page, and why."""
    observations = story.net["observations"]
    put = observations["role"].isin(["validation", "calibration"])
    asked, others = int(put.sum()), int((~put).sum())
    words = "Shown is every figure of the package that is set against the model"
    missing = asked - len(story.checks)
    words += f", but for {count(missing, 'figure')} it cannot answer." if missing else "."
    if others:
        words += (
            f" {count(others, 'further figure').capitalize()} of the package (tonnes, wagons, prices and the like) "
            f"{'is' if others == 1 else 'are'} put to no test."
        )
    return words


def _drawn_checks(size: Size, *, key: str, groups: Any, title: str) -> Markup:
    return checks_chart(f"{key}-{size.key}", groups, title, size.width, is_narrow=size.is_narrow)


def _checks_table(story: Story, records: Sequence[dict[Any, Any]], names: dict[str, str]) -> Grid:
    publishers = dict(zip(story.net["sources"]["source_id"], story.net["sources"]["publisher"], strict=True))
    rows = []
    for row in records:
        check = _check(row, names)
        rows.append((check.name, _QUANTITIES.get(row["quantity"], row["quantity"]), check.published, check.model,
                     row["answered_by"], signed(check.difference), row["role"], row["kind"],
                     publishers.get(row["source_id"], row["source_id"])))  # fmt: skip
    heads = (
        Head("What", is_number=False), Head("Quantity", is_number=False), Head("Published"), Head("Model"),
        Head("Answered by", is_number=False), Head("Difference"), Head("Role", is_number=False),
        Head("Figure", is_number=False), Head("Publisher", is_number=False),
    )  # fmt: skip
    return Grid("Published figures and the model's", heads, rows)


def _check(row: dict[Any, Any], names: dict[str, str]) -> Check:
    unit, published = str(row["unit"]), float(row["published"])
    low, high = float(row["published_low"]), float(row["published_high"])
    words = _valued(published, unit)
    if low < high:
        words = f"{_valued(low, unit).rsplit(chr(160), 1)[0]}–{_valued(high, unit)}"
    model = _valued(float(row["model"]), unit)
    if model.split("\u00a0")[-1] == words.split("\u00a0")[-1]:
        model = model.split("\u00a0")[0]
    year = f", {row['year']}" if row["year"] else ""
    name = _place_words(str(row["place"]), names) + year
    by = str(row["answered_by"]) if row["quantity"] in _BY_A_WAY else ""
    return Check(name, words, model, float(row["difference_frac"]), low / published - 1, high / published - 1, by)


def _place_words(place: str, names: dict[str, str]) -> str:
    """Return a place as people say it, ids of nodes in it by their names."""
    return re.sub(r"[A-Z]{2}_[A-Z0-9]+", lambda found: names.get(found[0], found[0]), place)


def _valued(value: float, unit: str) -> str:
    if unit == "h":
        return span(value)
    return f"{plain(value)}\u00a0{unit}" if unit != "1" else percent(value)
