"""Reading a communiqué: what is a promise, what must not become one, and where exactly it stands."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks import ingest as measured

from kervan._cli_ingest import print_candidates
from kervan.errors import FormatError, ParamsError, SchemaError
from kervan.register.ingest import CLASSES, Gazetteer, as_json, extract, read_document, syntax
from kervan.register.ingest.amounts import number
from kervan.register.ingest.candidate import Candidate
from kervan.register.ingest.confidence import CONFIDENCE
from kervan.register.ingest.document import MAX_DOCUMENT_BYTES, text_of_html
from kervan.register.ingest.names import Cover
from kervan.register.ingest.sentences import sentences
from kervan.register.ingest.times import anchor_of, time_of

DAY = dt.date(2025, 5, 21)
NOBODY = Gazetteer()
HELD_OUT, DEVELOPMENT = measured.annotated("held_out"), measured.annotated("development")
PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "ingest.md"


def statements(text: str, engine: str = "patterns") -> list[tuple[str, str, str]]:
    """Return kind, class and words of what a text states; names and amounts aside."""
    return [
        (one.kind, one.class_, one.quote)
        for one in extract(text, NOBODY, engine=engine, written_on=DAY)
        if one.kind in measured.STATEMENTS
    ]


# ── what must not become a promise ──────────────────────────────────────────────────────────────────

NOTHING = [
    "No agreement was signed.",
    "The treaty was not signed in Baku.",
    "Nobody signed the agreement.",
    "The parties never approved the plan.",
    "They signed neither the protocol nor the statement.",
    "The Council took no decision on the fund.",
    "The sides failed to adopt the declaration.",
    "The parliament refused to ratify the convention.",
    "Hardly any agreement was signed.",
    "A deal has yet to be approved.",
    "The agreement has been drafted but not yet signed.",
    "The minister denied that an agreement had been signed.",
    "He rejected reports that the crossing would be closed.",
    "She dismissed rumours that the state had promised subsidies.",
    "Reports that the memorandum had been signed are false.",
    "It is rumoured that a secret protocol was signed.",
    "According to unnamed officials, the government approved the plan.",
    "Local media reported that the parties had signed a contract.",
    "The consultant is believed to have been appointed.",
    "If ratified, the convention will enter into force in 2026.",
    "If the protocol is ratified, dues will be reviewed.",
    "Unless the parties object, the road will be built.",
    "Provided that funds are available, a school will be opened in Osh.",
    "In the event of a tie, the chair will decide.",
    "Should the study prove positive, the cable will be laid.",
    "Were the border to open, traffic will triple.",
    "The parties will build the road if the bank agrees.",
    "This Protocol will enter into force when the third instrument has been deposited.",
    "Whether a fund will be created remains open.",
    "Will the parliament ratify the treaty?",
    "The agreement could be signed next year.",
    "The parties would have signed the treaty.",
    "The draft agreement was approved.",
    "The signing of the agreement was postponed.",
    "The summit in Osh was cancelled.",
    "The sides are ready to sign a contract.",
    "Customs officers are not required to stamp declarations.",
    "The parties hope that the road will be opened in June.",
    "Exports rose by half and trade reached a record.",
    "The ministers stressed the importance of the corridor.",
    "The sides discussed the draft statute and exchanged views.",
    "The measure will improve the climate.",
    "The Parties met in Baku before the agreement was signed.",
]


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("engine", ["patterns", "spacy"])
def test_what_is_negated_conditional_denied_or_hearsay_is_no_statement(text: str, engine: str) -> None:
    assert statements(text, engine) == []


@pytest.mark.parametrize("text", [
    "The ministry plans to sign the memorandum in June.",
    "The agreement is expected to be signed in 2027.",
    "After the agreement enters into force, work will begin on the line.",
    "The agreement, once signed, will open the market.",
    "He called on the states to ratify the convention.",
    "The Parties shall sign a protocol.",
    "The secretariat is to submit the treaty, to be signed in Baku.",
])  # fmt: skip
def test_what_is_to_be_adopted_is_not_adopted(text: str) -> None:
    assert "adopted" not in {class_ for _, class_, _ in statements(text)}


def test_a_condition_after_a_fact_leaves_the_fact() -> None:
    found = statements("The Protocol entered into force in July and requires aid in the event of a spill.")
    assert [(kind, class_) for kind, class_, _ in found] == [("action", "adopted")]


# ── what is said, with its force ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("text", "force", "quote"), [
    ("The ministers signed a protocol on tariffs.", "adopted", "signed a protocol on tariffs"),
    ("The budget agreement was ratified by Georgia.", "adopted", "The budget agreement was ratified by Georgia"),
    ("Georgia opened a bridge.", "done", "opened a bridge"),
    ("Two gauges have been installed.", "done", "Two gauges have been installed"),
    ("Georgia plans to open a bridge.", "planned", "plans to open a bridge"),
    ("A school will be built in Osh.", "planned", "A school will be built in Osh"),
    ("Georgia is building a bridge.", "under_way", "is building a bridge"),
    ("Works on the line continue.", "under_way", "Works on the line continue"),
    ("They reaffirmed their support for the line.", "reaffirmed", "reaffirmed their support for the line"),
    ("He proposed a common permit.", "proposed", "proposed a common permit"),
    ("She urged the states to lower dues.", "called_for", "urged the states to lower dues"),
    ("Members should report stocks.", "called_for", "should report stocks"),
    ("Members must report stocks.", "binding", "must report stocks"),
    ("A Party shall not close a port.", "binding", "shall not close a port"),
])  # fmt: skip
def test_an_act_has_its_force_and_its_words(text: str, force: str, quote: str) -> None:
    assert ("action", force, quote) in statements(text)


def test_each_verb_under_one_force_is_a_unit_of_its_own() -> None:
    text = (
        "Georgia is taking steps to digitalise procedures, simplify transit, and build roads, including opening a port."
    )
    assert [quote for _, _, quote in statements(text)] == [
        "is taking steps to digitalise procedures", "simplify transit", "build roads", "opening a port",
    ]  # fmt: skip
    assert {one.actor_guess for one in extract(text, NOBODY)} == {"Georgia"}


def test_a_list_under_a_stem_has_the_force_of_the_stem() -> None:
    text = "The Council decides:\n1. To approve the Programme for Ports;\n2. To establish a fund."
    assert statements(text) == [
        ("action", "adopted", "To approve the Programme for Ports"),
        ("document", "adopted", "Programme for Ports"),
        ("action", "planned", "To establish a fund"),
    ]


def test_documents_listed_after_their_adoption_are_found() -> None:
    text = (
        "The summit ended with the adoption of several documents. These included the Baku Charter and a statement on "
        "food."
    )
    assert [quote for kind, _, quote in statements(text) if kind == "document"] == ["Baku Charter", "statement on food"]


def test_a_planned_meeting_and_one_that_was_held() -> None:
    text = (
        "The second meeting of the council took place in Baku. The third meeting of the council will be held in Osh "
        "in June."
    )
    events = [one for one in extract(text, NOBODY, written_on=DAY) if one.kind == "event"]
    assert [(one.class_, one.time) for one in events] == [("held", ""), ("planned", "2025-06")]


def test_names_and_posts_are_found_where_they_stand() -> None:
    text = (
        "Georgia's Minister of Health, Nino Beridze, met Ali Veli, Director of the Baku Port Authority (BPA). Beridze"
        " thanked the BPA. President of Mongolia Batbayar Ganzorig sent a letter to the Bank for Trade and Roads."
    )
    found = {(one.kind, one.class_, one.quote, one.actor_guess) for one in extract(text, NOBODY)}
    assert found >= {
        ("person", "named", "Nino Beridze", ""), ("person", "named", "Beridze", ""),
        ("person", "named", "Ali Veli", ""),
        ("person", "post", "Georgia's Minister of Health", "Nino Beridze"),
        ("person", "post", "Director of the Baku Port Authority", "Ali Veli"),
        ("person", "post", "President of Mongolia", "Batbayar Ganzorig"), ("body", "named", "Baku Port Authority", ""),
        ("body", "named", "BPA", ""), ("body", "named", "Bank for Trade and Roads", ""),
    }  # fmt: skip


@pytest.mark.parametrize(("text", "value", "unit"), [
    ("$11.4 billion", 11.4e9, "USD"), ("USD 1,150", 1150.0, "USD"), ("€2.3 bn", 2.3e9, "EUR"), ("$978M", 978e6, "USD"),
    ("180 million soms", 180e6, ""), ("50 billion Kazakh tenge", 50e9, "KZT"), ("9,5 million euros", None, "EUR"),
    ("8%", 0.08, "frac"), ("9.5 per cent", 0.095, "frac"), ("20 million tonnes", 20e6, "tonnes"),
    ("48 hours", 48.0, "hours"),
])  # fmt: skip
def test_amounts_are_read_and_what_has_two_readings_has_no_value(text: str, value: float | None, unit: str) -> None:
    (found,) = extract(f"It is {text} now.", NOBODY)
    assert (found.quote, found.value, found.unit) == (text, value, unit)


def test_numbers_with_two_points_or_odd_groups_are_not_guessed() -> None:
    assert [number(text) for text in ("1.2.3", "12,34", "1234,567", "1,234")] == [None, None, None, 1234.0]


@pytest.mark.parametrize(("words", "ahead", "time"), [
    ("on 21 May 2025", False, "2025-05-21"), ("May 21, 2025", False, "2025-05-21"),
    ("on 28 and 29 June 2024", False, "2024-06-28/2024-06-29"),
    ("in June", True, "2025-06"), ("in April", True, "2026-04"), ("in June", False, "2024-06"),
    ("by 2027", True, "../2027"),
    ("by the end of 2026", True, "../2026"), ("from 1 January 2026", True, "2026-01-01/.."),
    ("last year", False, "2024"),
    ("before the end of the year", True, "../2025"), ("today", False, "2025-05-21"), ("on Monday", False, "2025-05-19"),
    ("on Monday", True, "2025-05-26"), ("on 30 February 2025", True, ""), ("soon", True, ""),
])  # fmt: skip
def test_times_keep_their_precision(words: str, ahead: bool, time: str) -> None:
    assert time_of(words, DAY, is_ahead=ahead) == time


def test_without_a_day_of_the_document_nothing_is_counted_from_it() -> None:
    assert time_of("last year and in June", None, is_ahead=False) == ""
    assert anchor_of("A text of which nobody knows when it was written.") is None


def test_known_names_are_suggested_and_never_merged() -> None:
    known = Gazetteer.of([
        {"kind": "organization", "id": "organizations/ots", "name": "Organization of Turkic States", "aliases": "OTS"},
        {"kind": "place", "id": "places/tr", "name": "Türkiye", "aliases": ""},
    ])  # fmt: skip
    found = extract("The OTS will open an office in Turkiye.", known)
    assert [(one.kind, one.quote, one.links) for one in found] == [
        ("body", "OTS", ("organizations/ots",)),
        ("action", "will open an office in Turkiye", ("places/tr",)),
    ]


# ── the annotated texts ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("text", [*DEVELOPMENT, *HELD_OUT], ids=lambda text: text.name)
@pytest.mark.parametrize("engine", ["patterns", "spacy"])
def test_every_quote_is_what_stands_there_and_every_class_is_declared(text: measured.Text, engine: str) -> None:
    found = extract(text.text, measured.known_names(), engine=engine)
    assert found
    for one in found:
        assert text.text[one.start : one.end] == one.quote
        assert one.class_ in CLASSES[one.kind]
        assert one.confidence == CONFIDENCE[one.kind, one.class_]


def test_no_name_of_the_held_out_texts_is_known_beforehand() -> None:
    known = measured.known_names()
    people = {one.quote for text in HELD_OUT for one in text.gold if (one.kind, one.class_) == ("person", "named")}
    assert not [name.ids for text in people for name in known.find(text) if name.kind == "person"]


@pytest.mark.parametrize(("engine", "least"), [("patterns", 0.80), ("spacy", 0.88)])
def test_statements_of_the_held_out_texts_are_found(engine: str, least: float) -> None:
    def find(text: str) -> tuple[Candidate, ...]:
        return extract(text, measured.known_names(), engine=engine)

    kinds = measured.of(*measured.STATEMENTS)
    assert measured.score(HELD_OUT, find, kinds).shares()[2] >= least
    assert measured.score(HELD_OUT, find, kinds, by_sentence=True).shares()[2] >= 0.95
    assert measured.false_adopted(HELD_OUT, find) == 0


def test_the_published_figures_are_those_that_are_measured() -> None:
    page = PAGE.read_text(encoding="utf-8")
    missing = [line for line in measured.published() if line not in page]
    assert missing == []


def test_the_confidence_is_the_share_that_was_right() -> None:
    rows = measured.table(HELD_OUT, measured.finders()["patterns"])
    taken = {row["score"]: round((row["right"] + 1) / (row["right"] + row["wrong"] + 2), 2) for row in rows}
    assert {f"{kind}, {class_}": share for (kind, class_), share in CONFIDENCE.items()}.items() <= taken.items()


def test_a_wrong_class_and_a_span_beside_it_are_both_counted() -> None:
    text = measured.unmarked("one", "They {pl|will open a port}.")
    wrong = Candidate("action", "done", 5, 21, "will open a port")
    beside = Candidate("action", "planned", 0, 4, "They")
    for found in (wrong, beside):
        assert measured.score([text], lambda _, one=found: [one], lambda _: True).counts.sum(axis=0).tolist() == [
            0,
            1,
            1,
        ]


# ── documents of others ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "content", "message"), [
    ("a.txt", b"\xff\xfe\x00", "byte 1 is not UTF-8"), ("a.txt", b"", "no text"), ("a.txt", b" \n ", "no text"),
    ("a.txt", "pay \u202e100".encode(), "turns the direction"), ("a.txt", b"a\x1bb", "control character"),
    ("a.md", "a\u200bb".encode(), "cannot be seen"), ("a.html", b"<script>x</script>", "no text"),
    ("a.docx", b"x", "ends in .txt"),
])  # fmt: skip
def test_a_document_that_is_not_one_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_document(path)


def test_a_file_of_200_megabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(FormatError, match=r"is 200\.0 MB; at most 2\.0 MB"):
        read_document(path)
    assert MAX_DOCUMENT_BYTES == 2_000_000


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    for name in ("none.txt", "folder.txt"):
        with pytest.raises(FormatError, match=name):
            read_document(tmp_path / name)


def test_all_faults_of_a_document_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("one\ntwo \u202e \x07", encoding="utf-8")
    with pytest.raises(FormatError, match=r"(?s)U\+202E.*U\+0007"):
        read_document(path)


def test_of_a_page_only_what_is_read_is_left() -> None:
    page = (
        "<head><title>x</title></head><!-- <p>no --><p>Oil &lt;b&gt; &amp; gas<br>a < "
        "b</p><SCRIPT>x</SCRIPT><style>p{}</style>"
    )
    assert text_of_html(page) == "Oil <b> & gas\n\na < b"
    assert text_of_html("<div>" * 50_000 + "deep" + "</div>" * 50_000) == "deep"
    assert text_of_html("before <script> never closed") == "before"


def test_markdown_and_line_ends_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes("\ufeff# Title\r\n\r\n* Georgia will open a port.\r\n".encode())
    document = read_document(path)
    assert document.media_type == "text/markdown"
    assert [document.text[part.start : part.end] for part in sentences(document.text)] == [
        "Title",
        "Georgia will open a port.",
    ]


def test_sentences_end_where_they_do() -> None:
    text = "Mr. Li paid $1.5 million. Art. 5 stands.\n\n1. First; \n2. Second?\n“He left.” She stayed"
    assert [text[part.start : part.end] for part in sentences(text)] == [
        "Mr. Li paid $1.5 million.", "Art. 5 stands.", "First;", "Second?", "“He left.”", "She stayed",
    ]  # fmt: skip


# ── faces ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_machine_output_has_its_keys_and_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Georgia will open a port in 2026 for $5 million.", encoding="utf-8")
    print_candidates(path, NOBODY, "patterns", "json")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    document = read_document(path)
    assert answer == json.loads(json.dumps(as_json(document.sha256, extract(document.text, NOBODY))))
    assert list(answer) == ["sha256", "candidates"]
    assert answer["candidates"][0] == {
        "kind": "action", "class": "planned", "start": 8, "end": 47, "quote": "will open a port in 2026 for $5 million",
        "actor_guess": "Georgia", "time": "2026", "value": None, "unit": "", "confidence": CONFIDENCE["action",
        "planned"],
        "links": [],
    }  # fmt: skip


@pytest.mark.parametrize("form", ["table", "csv"])
def test_people_and_spreadsheets_see_the_candidates_too(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Georgia will open a port.", encoding="utf-8")
    print_candidates(path, NOBODY, "patterns", form)
    assert "will open a port" in capsys.readouterr().out
    path.write_text("Nothing.", encoding="utf-8")
    print_candidates(path, NOBODY, "patterns", form)
    assert ("nothing was found" if form == "table" else "kind,class,start") in capsys.readouterr().out


def test_an_unknown_engine_and_a_model_that_was_changed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ParamsError, match="patterns, spacy"):
        extract("A text.", NOBODY, engine="magic")
    monkeypatch.setattr(syntax, "_DIGEST", "0" * 64)
    with pytest.raises(ParamsError, match="are not those of version"):
        syntax._model.__wrapped__()
    monkeypatch.setattr(syntax, "MODEL", "no_such_model")
    with pytest.raises(ParamsError, match=r"pip install 'kervan\[text\]'"):
        syntax._model.__wrapped__()


def test_a_table_of_names_is_checked_whole(tmp_path: Path) -> None:
    with pytest.raises(SchemaError) as caught:
        Gazetteer.of([{"kind": "ship", "id": "x", "name": "X"}, {"kind": "place", "id": "", "name": " "}])
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [(2, "kind"), (3, "id"), (3, "name")]
    path = tmp_path / "names.csv"
    path.write_text("kind,id\nplace,x\n", encoding="utf-8")
    with pytest.raises(FormatError, match="no column name"):
        Gazetteer.read(path)
    path.write_bytes(b"kind,id,name\nplace,x,\xff\n")
    with pytest.raises(FormatError, match="CSV file in UTF-8"):
        Gazetteer.read(path)
    path.write_text("kind,id,name,aliases\nplace,baku,Baku,Bakı|Bakou\n", encoding="utf-8")
    assert [name.ids for name in Gazetteer.read(path).find("From Baki to Bakou")] == [("baku",), ("baku",)]


def test_a_cover_knows_what_is_taken() -> None:
    taken = Cover("0123456789", [(2, 4)], 1, 9)
    assert [taken.meets(span) for span in ((1, 2), (1, 3), (3, 5), (4, 9))] == [False, True, True, False]
