"""How much of a communiqué is found, and how much that is found is right: ``python -m benchmarks.ingest``.

The annotated texts are in ``tests/texts``; what each tag means is in the README there. ``--report FILE`` takes the
report of 21 May 2025, which is annotated by offsets and not shipped; ``--engine spacy`` reads with the extra ``text``;
``--show`` lists what is missed and what is wrong (not of the held-out half: it is measured, not read).
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kervan.register.ingest import Candidate, Gazetteer, extract
from kervan.register.ingest.sentences import sentences

TEXTS = Path(__file__).resolve().parent.parent / "tests" / "texts"
TAGS = {
    "ad": ("action", "adopted"), "do": ("action", "done"), "pl": ("action", "planned"), "uw": ("action", "under_way"),
    "rf": ("action", "reaffirmed"), "pr": ("action", "proposed"), "cf": ("action", "called_for"),
    "bi": ("action", "binding"),
    "D": ("document", "adopted"), "EH": ("event", "held"), "EP": ("event", "planned"), "B": ("body", "named"),
    "P": ("person", "named"), "T": ("person", "post"), "M": ("amount", "money"), "Q": ("amount", "quantity"),
    "%": ("percentage", "share"),
}  # fmt: skip
STATEMENTS, NAMES, AMOUNTS = ("action", "document", "event"), ("body", "person"), ("amount", "percentage")
OVERLAP = 0.5
RESAMPLES = 2_000
#: Square of the normal quantile of 0.975: drawing from what is all right cannot tell how far to trust it.
WILSON = 3.8415
SEED = 20250521

_MARK = re.compile(r"\{([A-Za-z%]+)(?:@([^|{}]*))?\|")


@dataclass(frozen=True)
class Text:
    """A text with what is to be found in it.

    Parameters
    ----------
    name
        Name of its file.
    text
        The text without marks.
    gold
        What is to be found.
    """

    name: str
    text: str
    gold: tuple[Candidate, ...]


def unmarked(name: str, marked: str) -> Text:
    """Return a text without its marks, and what they mark."""
    text, gold, opened, at = "", [], [], 0
    while at < len(marked):
        if mark := _MARK.match(marked, at):
            opened.append((mark[1], mark[2] or "", len(text)))
            at = mark.end()
        elif marked[at] == "}":
            tag, time, start = opened.pop()
            gold.append(Candidate(*TAGS[tag], start, len(text), text[start:], time=time))
            at += 1
        else:
            text += marked[at]
            at += 1
    assert not opened, name
    return Text(name, text, tuple(gold))


def annotated(half: str) -> list[Text]:
    """Return the texts of ``development`` or ``held_out``."""
    return [unmarked(path.name, path.read_text(encoding="utf-8")) for path in sorted((TEXTS / half).glob("*.txt"))]


def report_of(path: Path) -> Text:
    """Return the report of 21 May 2025 with its annotation, which holds for one text only."""
    text = path.read_bytes().decode("utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() in (TEXTS / "README.md").read_text(encoding="utf-8"), path
    with (TEXTS / "summit_2025_05_21.csv").open(encoding="utf-8", newline="") as file:
        gold = tuple(
            Candidate(
                *TAGS[row["tag"]], start := int(row["start"]), end := int(row["end"]), text[start:end], time=row["time"]
            )
            for row in csv.DictReader(file)
        )
    return Text(path.name, text, gold)


def known_names() -> Gazetteer:
    """Return the names that are known: those of the register, none from the held-out texts."""
    with (TEXTS / "names.csv").open(encoding="utf-8", newline="") as file:
        return Gazetteer.of(csv.DictReader(file))


# ── the baseline ────────────────────────────────────────────────────────────────────────────────────

_KEYWORDS = {
    "adopted": r"signed|adopted|approved|ratified|endorsed", "done": r"opened|launched|completed|appointed|established",
    "planned": r"will|plans? to|agreed to|intends? to", "under_way": r"under ?way|is building|ongoing|being",
    "reaffirmed": r"reaffirm\w*|reiterat\w*", "proposed": r"propos\w+|suggest\w+", "called_for": (
        r"call\w* (?:for|on)|urg\w+|encourag\w+"
    ),
    "binding": r"shall|must",
}  # fmt: skip


def baseline(text: str) -> list[Candidate]:
    """Return what plain keywords find: from the keyword to the end of its sentence; runs of capitals for names."""
    found = []
    for part in sentences(text):
        words = text[part.start : part.end]

        def take(
            kind: str, class_: str, pattern: str, words: str = words, start: int = part.start
        ) -> Iterator[Candidate]:
            for hit in re.finditer(pattern, words):
                yield Candidate(kind, class_, start + hit.start(), start + hit.end(), hit[0])

        for force, pattern in _KEYWORDS.items():
            found += list(take("action", force, rf"(?i)\b(?:{pattern})\b.*"))[:1]
        if re.search(rf"\b(?:{_KEYWORDS['adopted']})\b", words):
            found += take(
                "document",
                "adopted",
                r"(?i)\b(?:agreement|memorandum|protocol|declaration|charter|statement|strategy|programme)\b[^,.;]*",
            )
        when = "planned" if re.search(r"\bwill\b", words) else "held"
        found += take("event", when, r"(?i)\b(?:summit|meeting|session|conference|forum)\b[^,.;]*")
        found += take(
            "body", "named", r"(?:[A-Z]\w+ )+(?:Bank|Council|Ministry|Commission|Committee|Organization|Fund)"
        )
        found += take("person", "post", r"(?:President|Prime Minister|Minister|Secretary General)(?: of [A-Z]\w+)?")
        found += take("person", "named", r"(?:(?<=President )|(?<=Minister ))[A-Z]\w+ [A-Z]\w+")
        found += take("amount", "money", r"[$€]\d\S*(?: (?:million|billion))?")
        found += take("percentage", "share", r"\d\S*(?:%| percent| per cent)")
        found += take("amount", "quantity", r"\d\S* (?:tonnes|km|hours|days)")
    return found


# ── the scores ──────────────────────────────────────────────────────────────────────────────────────


def _words(text: str, found: Candidate) -> set[int]:
    return {found.start + word.start() for word in re.finditer(r"\w+", text[found.start : found.end])}


def matches(text: Text, found: Sequence[Candidate], overlap: float) -> set[tuple[Candidate, Candidate]]:
    """Return pairs of gold and found of one kind and class whose words overlap enough, the best pairs first."""
    pairs = []
    for gold in text.gold:
        mine = _words(text.text, gold)
        for one in found:
            if (one.kind, one.class_) == (gold.kind, gold.class_) and one.start < gold.end and gold.start < one.end:
                theirs = _words(text.text, one)
                share = len(mine & theirs) / len(mine | theirs)
                if share >= overlap:
                    pairs.append((-share, gold.start, one.start, gold, one))
    taken: set[Candidate] = set()
    chosen = set()
    for *_, gold, one in sorted(pairs, key=lambda pair: pair[:3]):
        if gold not in taken and one not in taken:
            taken |= {gold, one}
            chosen.add((gold, one))
    return chosen


@dataclass(frozen=True)
class Score:
    """Right, wrong and missed, sentence by sentence, so that a resample can draw sentences.

    Parameters
    ----------
    counts
        One row a sentence: right, wrong, missed.
    """

    counts: np.ndarray

    def shares(self, counts: np.ndarray | None = None) -> tuple[float, float, float]:
        """Return precision, recall and F."""
        right, wrong, missed = (self.counts if counts is None else counts).sum(axis=0)
        return (
            right / (right + wrong) if right + wrong else float("nan"),
            right / (right + missed) if right + missed else float("nan"),
            2 * right / (2 * right + wrong + missed) if right + wrong + missed else float("nan"),
        )

    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of F: sentences drawn with replacement, seeded; Wilson's where nothing is wrong."""
        right, wrong, missed = self.counts.sum(axis=0)
        if right and not wrong + missed:
            return float(right / (right + WILSON)), 1.0
        drawn = np.random.default_rng(SEED).integers(0, len(self.counts), (RESAMPLES, len(self.counts)))
        sums = self.counts[drawn].sum(axis=1)
        whole = 2 * sums[:, 0] + sums[:, 1] + sums[:, 2]
        shares = 2 * sums[whole > 0, 0] / whole[whole > 0]
        return (float(np.quantile(shares, 0.025)), float(np.quantile(shares, 0.975))) if len(shares) else (0.0, 1.0)


Finder = Callable[[str], Iterable[Candidate]]


def score(
    texts: Sequence[Text],
    find: Finder,
    keep: Callable[[Candidate], bool],
    *,
    overlap: float = OVERLAP,
    by_sentence: bool = False,
) -> Score:
    """Return the score of a way to find, over those candidates that are to be kept.

    Parameters
    ----------
    texts
        The annotated texts.
    find
        The way.
    keep
        Which candidates count.
    overlap
        Least share of common words in a match; 1 asks for the very same.
    by_sentence
        Whether a sentence and a class are compared, whatever the span.
    """
    rows = []
    for text in texts:
        starts = [part.start for part in sentences(text.text)]
        counts = np.zeros((len(starts), 3), dtype=int)

        def row(found: Candidate, starts: list[int] = starts) -> int:
            return max(int(np.searchsorted(starts, found.start, side="right")) - 1, 0)

        found = [one for one in find(text.text) if keep(one)]
        gold = [one for one in text.gold if keep(one)]
        if by_sentence:
            theirs, mine = ({(row(one), one.kind, one.class_) for one in some} for some in (found, gold))
            for column, group in enumerate((theirs & mine, theirs - mine, mine - theirs)):
                for key in group:
                    counts[key[0], column] += 1
        else:
            pairs = matches(Text(text.name, text.text, tuple(gold)), found, overlap)
            for pair in pairs:
                counts[row(pair[0]), 0] += 1
            for column, some, side in ((1, found, 1), (2, gold, 0)):
                for one in set(some) - {pair[side] for pair in pairs}:
                    counts[row(one), column] += 1
        rows.append(counts)
    return Score(np.concatenate(rows))


def false_adopted(texts: Sequence[Text], find: Finder) -> int:
    """Return how many candidates of class "adopted" touch nothing that was adopted."""
    return sum(
        not any(gold.class_ == "adopted" and gold.start < one.end and one.start < gold.end for gold in text.gold)
        for text in texts
        for one in find(text.text)
        if one.class_ == "adopted"
    )


def right_times(texts: Sequence[Text], find: Finder) -> tuple[int, int]:
    """Return how many of the matched statements with a time in the annotation have that very time, and of how many."""
    pairs = [
        (gold, one) for text in texts for gold, one in matches(text, list(find(text.text)), OVERLAP)
        if gold.time and gold.kind in ("action", "event")
    ]  # fmt: skip
    return sum(gold.time == one.time for gold, one in pairs), len(pairs)


def of(*kinds: str) -> Callable[[Candidate], bool]:
    return lambda found: found.kind in kinds


def table(texts: Sequence[Text], find: Finder) -> list[dict[str, Any]]:
    """Return one row for each score that is published."""
    asked: list[tuple[str, Score]] = [
        ("statements, span and class", score(texts, find, of(*STATEMENTS))),
        ("statements, sentence and class", score(texts, find, of(*STATEMENTS), by_sentence=True)),
        ("statements, span to the word", score(texts, find, of(*STATEMENTS), overlap=1.0)),
        ("names, to the word", score(texts, find, of(*NAMES), overlap=1.0)),
        ("names, overlapping", score(texts, find, of(*NAMES))),
        ("amounts, to the word", score(texts, find, of(*AMOUNTS), overlap=1.0)),
        ("everything, span and class", score(texts, find, lambda _: True)),
    ]
    for kind, class_ in TAGS.values():
        asked.append(
            (f"{kind}, {class_}", score(texts, find, lambda one, k=kind, c=class_: (one.kind, one.class_) == (k, c)))
        )
    rows = []
    for name, one in asked:
        precision, recall, f = one.shares()
        low, high = one.interval()
        right, wrong, missed = (int(count) for count in one.counts.sum(axis=0))
        rows.append({"score": name, "n": right + missed, "right": right, "wrong": wrong, "missed": missed,
                     "precision": precision, "recall": recall, "f": f, "f_low": low, "f_high": high})  # fmt: skip
    return rows


def finders() -> dict[str, Finder]:
    """Return the ways to find that are compared."""
    names = known_names()
    return {
        "patterns": lambda text: extract(text, names),
        "spacy": lambda text: extract(text, names, engine="spacy"),
        "baseline": baseline,
    }


def published(half: str = "held_out") -> list[str]:
    """Return the table of the documentation: a row a score, the ways to find beside each other."""
    texts = annotated(half)
    tables = {name: table(texts, find) for name, find in finders().items()}
    lines = [
        "| | n | patterns: P | R | F | 95 % | spacy: P | R | F | 95 % | keywords: F |",
        "|---|---:|---:|---:|---:|---|---:|---:|---:|---|---:|",
    ]
    for ours, parsed, plain in zip(*tables.values(), strict=True):
        cells = [ours["score"], str(ours["n"])]
        for row in (ours, parsed):
            cells += [f"{row[key]:.2f}" for key in ("precision", "recall", "f")]
            cells.append(f"{row['f_low']:.2f} to {row['f_high']:.2f}")
        lines.append(f"| {' | '.join([*cells, format(plain['f'], '.2f')])} |")
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--half", choices=("development", "held_out"), default="held_out")
    parser.add_argument("--engine", choices=("patterns", "spacy", "baseline"), default="patterns")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", action="store_true")
    asked = parser.parse_args()
    find = finders()[asked.engine]
    texts = [report_of(asked.report)] if asked.report else annotated(asked.half)
    if asked.show:
        if not asked.report and asked.half == "held_out":
            sys.exit("the held-out half is measured, not read")
        for text in texts:
            show(text, list(find(text.text)))
    rows = table(texts, find)
    right, of_all = right_times(texts, find)
    more = {"false_adopted": false_adopted(texts, find), "times_right": right, "times": of_all}
    if asked.json:
        print(json.dumps({"rows": rows, **more}, indent=1))
        return
    if asked.markdown:
        print("\n".join(published(asked.half)))
        return
    print(f"{'score':34}{'n':>5}{'P':>7}{'R':>7}{'F':>7}   95 %")
    for row in rows:
        print("{score:34}{n:5d}{precision:7.2f}{recall:7.2f}{f:7.2f}   {f_low:.2f} to {f_high:.2f}".format(**row))
    print(more)


def show(text: Text, found: list[Candidate]) -> None:
    """Print what is missed and what is wrong in a text."""
    pairs = matches(text, found, OVERLAP)
    paired = {one for pair in pairs for one in pair}
    print("──", text.name)
    for one in sorted([*text.gold, *found], key=lambda one: one.start):
        if one not in paired or (
            one.kind in NAMES + AMOUNTS
            and not any(o.start == one.start and o.end == one.end for p in pairs for o in p if o is not one)
        ):
            print(
                "MISS " if any(one is g for g in text.gold) else "WRONG",
                one.kind,
                one.class_,
                repr(one.quote),
                one.time,
            )
    for gold, one in sorted(pairs, key=lambda pair: pair[0].start):
        if gold.kind in ("action", "event") and gold.time != one.time:
            print("TIME ", gold.quote, gold.time, one.time)


if __name__ == "__main__":
    main()
