"""Drawing: pure functions from tables to SVG and HTML text. No file is written and nothing is fetched here.

Every figure of Kervan (report, notebook, web) is drawn with these parts, so that a mode has one colour and
a number one way of being written everywhere. Names from a package are escaped by `el`; only what `el`
itself returns is taken for markup.
"""

from __future__ import annotations

from kervan.drawing.notebook import network_html, result_html
from kervan.drawing.palette import mode_colour
from kervan.drawing.svg import el, text_width

__all__ = ["el", "mode_colour", "network_html", "result_html", "text_width"]
