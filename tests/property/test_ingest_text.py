"""Whatever the text: the quote is what stands there, the same again, in a time that grows with its length."""

from __future__ import annotations

import time
from itertools import pairwise

from benchmarks import ingest as measured
from hypothesis import given, settings
from hypothesis import strategies as st

from kervan.register.ingest import CLASSES, extract
from kervan.register.ingest.document import text_of_html
from kervan.register.ingest.sentences import LONGEST, sentences

KNOWN = measured.known_names()
WORDS = sorted({word for text in measured.annotated("development") for word in text.text.split()})
ODD = [
    *"\"'“”’(),;:.?!<>&-–—•0123456789İıß",
    "H.E.",
    "No.",
    "if",
    "will be",
    "shall not",
    "Minister of",
    "1.",
    "\n",
    "\n\n",
]
TEXTS = st.lists(st.sampled_from(WORDS) | st.sampled_from(ODD) | st.text(max_size=4), max_size=60).map(" ".join)
PHRASES = st.lists(st.sampled_from(WORDS) | st.sampled_from(ODD), min_size=1, max_size=5).map(" ".join)


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_every_quote_stands_where_it_is_said_to(text: str) -> None:
    found = extract(text, KNOWN)
    assert found == extract(text, KNOWN)
    assert list(found) == sorted(found, key=lambda one: (one.start, -one.end, one.kind, one.class_))
    for one in found:
        assert one.quote
        assert text[one.start : one.end] == one.quote
        assert one.class_ in CLASSES[one.kind]


@given(TEXTS)
@settings(max_examples=60, deadline=None)
def test_sentences_lie_side_by_side_and_hold_every_letter(text: str) -> None:
    parts = list(sentences(text))
    assert all(0 < part.end - part.start <= LONGEST for part in parts)
    assert all(one.end <= other.start for one, other in pairwise(parts))
    left = text
    for part in reversed(parts):
        left = left[: part.start] + left[part.end :]
    assert not [sign for sign in left if sign.isalpha() and sign not in "abcdefghijklmnopqrstuvwxyz"]  # marks of lists


@given(PHRASES)
@settings(max_examples=15, deadline=None)
def test_the_time_is_bounded_by_the_length_whatever_is_repeated(phrase: str) -> None:
    text = (phrase + " ") * (20_000 // (len(phrase) + 1))
    start = time.process_time()
    extract(text, KNOWN)
    assert time.process_time() - start < 10  # 0.1 to 1 s; a pattern that goes astray takes minutes


@given(
    st.lists(
        st.sampled_from(["<!--", "<a ", "<", '<a b="', "</", "<![CDATA[", "&#", "<script>", "<p>", "&lt;", "x", "-->"])
    )
)
@settings(max_examples=60, deadline=None)
def test_no_page_takes_long_or_leaves_a_mark(marks: list[str]) -> None:
    page = "".join(marks) * (100_000 // max(1, sum(map(len, marks))))
    start = time.process_time()
    text = text_of_html(page)
    assert time.process_time() - start < 10
    assert "<script" not in text or "&lt;" in page
