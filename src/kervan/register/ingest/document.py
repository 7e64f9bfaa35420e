"""Reading a text, a page or a Markdown file of others: bounded, in one encoding, without marks that mislead the eye."""

from __future__ import annotations

import hashlib
import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kervan._files import file_fault, path_of
from kervan.errors import FormatError
from kervan.register.ingest.words import listed

__all__ = ["MAX_DOCUMENT_BYTES", "MEDIA_TYPES", "Document", "read_document", "text_of_html"]

#: Largest document that is read. A declaration has some 50 kB, a treaty 500.
MAX_DOCUMENT_BYTES: Final = 2_000_000

#: Suffix of a file to its media type.
MEDIA_TYPES: Final = {
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
}

#: Marks that turn the direction of writing or hide between letters: a reader sees another text than a program.
_MISLEADING: Final = re.compile(r"[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_BREAKS: Final = re.compile(r"\r\n?|[\x0c\x85\u2028\u2029]")
_NAME: Final = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
#: Their content is not for readers.
_HIDDEN: Final = ("script", "style", "template", "noscript", "head", "svg", "math", "iframe", "object", "textarea")
_BLOCKS: Final = frozenset(
    listed("""
    address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6
    header hr li main nav ol option p pre section table td th tr ul
""")
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it is searched, and the proof that it is that text.

    Parameters
    ----------
    text
        What a reader of the document sees; lines end in one line feed.
    sha256
        SHA-256 of the text in UTF-8, in hexadecimal.
    media_type
        What it was read from.
    """

    text: str
    sha256: str
    media_type: str


def read_document(path: str | Path) -> Document:
    """Return the text of a file in UTF-8: plain text, Markdown or HTML, told apart by the suffix.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FormatError
        When there is no such file, it is too large, of another format or encoding, holds control characters or marks
        that turn the direction of writing, or has no text.
    """
    path = path_of(path)
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise FormatError(f"{path.name}: a document ends in {', '.join(MEDIA_TYPES)}; save it as one of these")
    if fault := file_fault(path, limit=MAX_DOCUMENT_BYTES):
        raise FormatError(f"{path.name}: {fault}")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name}: byte {error.start + 1} is not UTF-8; save the file in UTF-8") from error
    except OSError as error:
        raise FormatError(f"{path.name}: cannot be opened: {error.strerror}") from error
    text = _BREAKS.sub("\n", text)
    if media_type == "text/html":
        text = text_of_html(text)
    if faults := _faults(text):
        raise FormatError("\n".join(f"{path.name}: {fault}" for fault in faults))
    return Document(text, hashlib.sha256(text.encode()).hexdigest(), media_type)


def _faults(text: str) -> list[str]:
    """Return what makes a text unfit to be searched and quoted."""
    faults = []
    for pattern, what in (
        (_MISLEADING, "a mark that turns the direction of writing or cannot be seen"),
        (_CONTROL, "a control character"),
    ):
        found = list(pattern.finditer(text))
        if found:
            line = text.count("\n", 0, found[0].start()) + 1
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            faults.append(f"line {line} holds {what} (U+{ord(found[0][0]):04X}{more}); take it out")
    if not text.strip():
        faults.append("there is no text in it")
    return faults


def text_of_html(page: str) -> str:
    r"""Return what a reader of a page sees, blocks apart by an empty line.

    One pass from left to right, whatever the page: the parser of the standard library takes a time that grows with the
    square of the length on unclosed marks.

    Parameters
    ----------
    page
        The page.

    Examples
    --------
    >>> text_of_html("<h1>Oil &amp; gas</h1><script>alert(1)</script><p>No <b>treaty</b> was signed.")
    'Oil & gas\n\nNo treaty was signed.'
    """
    lowered = "".join(sign.lower()[:1] for sign in page)  # of the same length, whatever the letters
    blocks: list[list[str]] = [[]]
    at, endless = 0, len(page)
    while at < len(page):
        mark = page.find("<", at)
        mark = endless if mark < 0 else mark
        blocks[-1].append(page[at:mark])
        named = _NAME.match(page, mark + 1)
        name = named[1].lower() if named else ""
        if page.startswith("<!--", mark):
            at = _after(page, "-->", mark + 4) or endless
        elif name in _HIDDEN and page[mark + 1] != "/":
            # Where it is never closed, the rest is hidden, as a browser does.
            at = _after(lowered, f"</{name}", mark + 1) or endless
            at = _after(page, ">", at) or endless
        elif name or page[mark + 1 : mark + 2] in ("!", "?", "/"):
            at = _after(page, ">", mark + 1) or endless
            if name in _BLOCKS:
                blocks.append([])
        else:  # a sign, not a mark
            blocks[-1].append("<" * (mark < endless))
            at = mark + 1
    # Entities are read after the marks are gone, so none of them can become a mark.
    lines = (" ".join(html.unescape("".join(block)).split()) for block in blocks)
    return "\n\n".join(filter(None, lines))


def _after(text: str, sought: str, start: int) -> int:
    """Return the place after what is sought, or 0 where there is none."""
    found = text.find(sought, start)
    return found + len(sought) if found >= 0 else 0
