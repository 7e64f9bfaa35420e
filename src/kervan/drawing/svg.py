"""SVG and HTML text from parts: escaping, widths of text, paths, and figures that a screen reader can read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

__all__ = ["WIDEST", "Markup", "cut", "drawing", "el", "polyline", "text", "text_width", "wrapped"]

#: Widths of Helvetica in thousandths of the size, as its font metrics give them; other system faces lie near.
_WIDTHS: Final = {
    **dict.fromkeys("ijl'", 222), **dict.fromkeys("ft.,:;/\\!I[] |·", 278), **dict.fromkeys("r()-`{}", 333),
    **dict.fromkeys('*"', 380), **dict.fromkeys("ckszvxyJ", 500), **dict.fromkeys("+<=>~−±×", 584),
    **dict.fromkeys("FTZ", 611), **dict.fromkeys("&ABEKPSVXY", 667), **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("GOQ", 778), **dict.fromkeys("Mm", 833), **dict.fromkeys("%W@→—", 950), "\u00a0": 278,
}  # fmt: skip
_OTHER: Final = 560
#: System faces run from narrower (Segoe UI) to wider (Noto Sans, Verdana) than Helvetica: room for most of them.
_ROOM: Final = 1.07
#: What is cut to a room is cut for the widest of them, since it fills the room to the edge.
WIDEST: Final = 1.12
_WIDE: Final = 1000


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a text is drawn, in the unit of ``size``.

    Examples
    --------
    >>> round(text_width("Aktau", 10), 1)
    27.4
    """
    units = sum(_WIDTHS.get(letter, _WIDE if ord(letter) > 0x2E7F else _OTHER) for letter in text)
    return units / 1000 * size * _ROOM * (1.07 if bold else 1.0)


def el(name: str, *children: Any, **attributes: Any) -> Markup:
    """Return one element; text is escaped, markup made by `el` is kept.

    Parameters
    ----------
    name
        Name of the element.
    *children
        Text, markup, or lists of them.
    **attributes
        Attributes; ``_`` becomes ``-``, a trailing one is dropped (``class_``), None and False leave it out.

    Examples
    --------
    >>> el("text", "A <b> & c", x=1.04, class_="name")
    Markup('<text x="1" class="name">A &lt;b&gt; &amp; c</text>')
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inner = "".join(_flat(children))
    if not inner and name in _VOID:
        return Markup(f"<{name}{written}/>")  # noqa: S704 - written and name are escaped above
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704 - as above, and the children in _flat


_VOID: Final = frozenset({"path", "line", "rect", "circle", "use", "br", "polygon", "polyline", "ellipse"})


def _flat(children: Iterable[Any]) -> Iterable[str]:
    for child in children:
        if isinstance(child, list | tuple):
            yield from _flat(child)
        elif child is not None:
            yield str(escape(child))


def _value(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return value


def polyline(points: Iterable[Sequence[float]], *, closed: bool = False, digits: int = 1) -> str:
    """Return path data through the points, written relative and short.

    Examples
    --------
    >>> polyline([(0, 0), (10, 0), (10, 5.55)], closed=True)
    'M0 0h10v5.6z'
    """
    scale = 10**digits
    parts: list[str] = []
    last_x = last_y = 0
    for number, point in enumerate(points):
        x, y = round(point[0] * scale), round(point[1] * scale)
        dx, dy = x - last_x, y - last_y
        if number and not dx and not dy:
            continue
        if not number:
            parts.append(f"M{_short(x, scale)} {_short(y, scale)}")
        elif not dy:
            parts.append(f"h{_short(dx, scale)}")
        elif not dx:
            parts.append(f"v{_short(dy, scale)}")
        else:
            second = _short(dy, scale)
            parts.append(f"l{_short(dx, scale)}{'' if second.startswith('-') else ' '}{second}")
        last_x, last_y = x, y
    return "".join(parts) + ("z" if closed and parts else "")


def _short(value: int, scale: int) -> str:
    return f"{value / scale:g}" if scale > 1 else str(value)


def text(x: float, y: float, words: Any, class_: str = "", **attributes: Any) -> Markup:
    """Return a text element; ``anchor`` is its text-anchor."""
    anchor = attributes.pop("anchor", None)
    return el("text", words, x=float(x), y=float(y), class_=class_ or None, text_anchor=anchor, **attributes)


def wrapped(words: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines of a text broken to a width; one word is never broken.

    Examples
    --------
    >>> wrapped("Aktau port and sea terminal", 60, 10)
    ['Aktau port', 'and sea', 'terminal']
    """
    lines: list[str] = []
    for word in filter(None, words.split(" ")):  # a no-break space does not break
        if lines and text_width(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def cut(words: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return a text, its end left out if it is wider than the room.

    Examples
    --------
    >>> cut("Alashankou and Dostyk", 60, 10)
    'Alashank…'
    """
    room /= WIDEST
    if text_width(words, size, bold=bold) <= room:
        return words
    while words and text_width(words + "…", size, bold=bold) > room:
        words = words[:-1]
    return words.rstrip(" ,") + "…"


def drawing(key: str, width: float, height: float, title: str, desc: str, *children: Any, class_: str = "") -> Markup:
    """Return an SVG image with an accessible name and description.

    Parameters
    ----------
    key
        Unique on the page; the ids of title and description start with it.
    width, height
        Of the drawing, in pixels; it shrinks with its column.
    title
        The finding, or what is shown.
    desc
        How to read it; the table beside it holds the numbers.
    *children
        Markup.
    class_
        Classes of the element.
    """
    return el(
        "svg",
        el("title", title, id=f"{key}-t"),
        el("desc", desc, id=f"{key}-d"),
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_value(float(width))} {_value(float(height))}",
        width=float(width),
        height=float(height),
        role="img",
        aria_labelledby=f"{key}-t {key}-d",
        class_=class_ or None,
        font_family=FONT,
        font_size="12",
    )


FONT: Final = "'Helvetica Neue', Helvetica, 'Segoe UI', Arial, sans-serif"
