"""A stream as a file that proves itself, and the verifier that needs nothing but the file.

A line each, in canonical JSON: a head, the events with their hashes, the checkpoints behind the events they cover,
and an end that tells how many there were, the root of the tree, and a digest of the lines that are no events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Final

from kervan._files import file_fault, new_file, path_of
from kervan.errors import FormatError, Problem, shown
from kervan.ledger._canonical import MAX_DEPTH, SORTED, canonical, faults, id_fault
from kervan.ledger.checkpoints import Checkpoint, is_signed, log_of, parse_checkpoint
from kervan.ledger.events import FIRST_HASH, INSTANT, MAX_BODY_BYTES
from kervan.ledger.merkle import Frontier

__all__ = ["FORMAT", "MAX_EXPORT_BYTES", "MAX_LINE_BYTES", "MOST_PROBLEMS", "Report", "verify", "write_export"]

#: Name and version of the format.
FORMAT: Final = "kervan.ledger/1"
#: Largest file that is verified; it is read line by line.
MAX_EXPORT_BYTES: Final = 100_000_000_000
#: Longest line that is read: the largest body, ids of which every character is escaped, and the rest.
MAX_LINE_BYTES: Final = MAX_BODY_BYTES + 10_000
#: Problems kept; more are counted.
MOST_PROBLEMS: Final = 1_000

_BEFORE, _AFTER = len('{"event":'), len(f',"hash":"{FIRST_HASH}"}}\n')
_TEXT: Final = r'"([^"\\\x00-\x1f]*(?:\\["\\][^"\\\x00-\x1f]*)*)"'
_HASH: Final = "([0-9a-f]{64})"
_EVENT: Final = re.compile(
    rf'\{{"event":\{{"actor":{_TEXT},"body":(\{{.*\}}),"corrects":"((?:[a-z0-9._-]+/[1-9][0-9]{{0,17}})?)",'
    rf'"event_at":"({INSTANT})","id":"([a-z0-9][a-z0-9._-]{{0,63}})/([1-9][0-9]{{0,17}})",'
    rf'"previous_hash":"{_HASH}","recorded_at":"([0-9]{{4}}-[0-9-]{{5}}T[0-9:]{{8}}\.[0-9]{{6}}Z)",'
    rf'"sequence":([0-9]+),"stream":"([a-z0-9._-]+)","subject":{_TEXT},'
    rf'"type":"([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)"\}},"hash":"{_HASH}"\}}\n'
)
_EVENTS: Final = re.compile(f"^{_EVENT.pattern}", re.MULTILINE)
#: Bytes of UTF-8 without which a text has no escape, nothing that a text may not hold, and no key that sorts otherwise.
_DOUBTFUL: Final = b"\\\x7f\xc2\xd8\xe2" + bytes(range(0xED, 0x100))
_NOT_CANONICAL: Final = "is not canonical JSON (RFC 8785)"
_CHUNK: Final = 1 << 20
_IDS_KEPT: Final = 10_000
_LINES_AT_ONCE, _BYTES_AT_ONCE = 512, 1_000_000
_LONGEST_NUMBER: Final = 15


def _refused(text: str) -> Any:
    raise ValueError(text)


def _short(text: str) -> int:
    return int(text) if len(text) <= _LONGEST_NUMBER else _refused(text)


_WHOLE_NUMBERS: Final = json.JSONDecoder(parse_float=_refused, parse_int=_short, parse_constant=_refused)
_ANY: Final = json.JSONDecoder(parse_constant=_refused)


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` found.

    Parameters
    ----------
    stream
        The log.
    events
        How many events the file holds.
    head
        Hash of the last.
    root
        Root of the Merkle tree over them.
    checkpoints
        The checkpoints in the file.
    vouched
        Of how many events, from the first, somebody vouches: those of the largest checkpoint that a given key has
        signed, or that was given.
    problems
        What is wrong, each with its line, up to `MOST_PROBLEMS`.
    problem_count
        How many problems there are in all.
    """

    stream: str
    events: int
    head: str
    root: str
    checkpoints: tuple[Checkpoint, ...]
    vouched: int
    problems: tuple[Problem, ...]
    problem_count: int


def write_export(
    path: str | Path, stream: str, records: Iterable[tuple[str, str]], notes: Iterable[Checkpoint], *, overwrite: bool
) -> int:
    """Write a stream, from its events as canonical JSON with their hashes, and return their number.

    Raises
    ------
    FormatError
        When the file exists and must not be overwritten, or cannot be written.
    """
    frontier, rest, head = Frontier(), sha256(), FIRST_HASH
    waiting = sorted(notes, key=lambda note: (note.size, note.note), reverse=True)
    count = len(waiting)
    with new_file(path_of(path), overwrite=overwrite) as scratch, scratch.open("wb") as file:
        rest.update(line := _line({"format": FORMAT, "stream": stream}))
        file.write(line)
        for text, own in records:
            head = own
            file.write(f'{{"event":{text},"hash":"{own}"}}\n'.encode())
            frontier.add(bytes.fromhex(own))
            while waiting and waiting[-1].size == frontier.size:
                rest.update(line := _line({"checkpoint": waiting.pop().note}))
                file.write(line)
        file.write(_line(_end(count - len(waiting), frontier, head, rest.hexdigest())))
    return frontier.size


def _line(content: dict[str, Any]) -> bytes:
    return f"{canonical(content)}\n".encode()


def _end(checkpoints: int, frontier: Frontier, head: str, rest: str) -> dict[str, Any]:
    root = frontier.root().hex()
    return {"checkpoints": checkpoints, "events": frontier.size, "head": head, "rest": rest, "root": root}


def verify(path: str | Path, keys: Iterable[str] = (), trusted: Iterable[Checkpoint] = ()) -> Report:
    """Verify a file that `Ledger.export` wrote, every byte of it, with no database.

    Parameters
    ----------
    path
        The file.
    keys
        Public keys: there must be a checkpoint, and every one must be signed with one of them.
    trusted
        Checkpoints from elsewhere, which the file must agree with.

    Raises
    ------
    FormatError
        When there is no such file, or a key is none. What is wrong inside is in the report.
    """
    place = path_of(path)
    if fault := file_fault(place, limit=MAX_EXPORT_BYTES):
        raise FormatError(f"{place}: {fault}")
    known = tuple(keys)
    for key in known:
        log_of(key)
    reading = _Reading(place.name, known, tuple(trusted))
    try:
        with place.open("rb") as file:
            for lines in _blocks(file):
                reading.take(lines)
    except OSError as error:
        raise FormatError(f"{place} cannot be read: {error.strerror}") from None
    return reading.report()


def _blocks(file: BinaryIO) -> Iterator[list[bytes]]:
    """Yield lines of a file, some at once; of one that is too long the beginning."""
    lines, size = list[bytes](), 0
    while line := file.readline(MAX_LINE_BYTES):
        lines.append(line)
        size += len(line)
        if len(lines) == _LINES_AT_ONCE or size > _BYTES_AT_ONCE:
            yield lines
            lines, size = [], 0
        if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (more := file.readline(_CHUNK)) and not more.endswith(b"\n"):
                pass
    yield lines


class _Reading:
    """An export as far as it has been read."""

    def __init__(self, name: str, keys: tuple[str, ...], trusted: tuple[Checkpoint, ...]) -> None:
        self.line = 0
        self._name, self._keys = name, keys
        self._trusted: dict[int, list[Checkpoint]] = {}
        for checkpoint in trusted:
            self._trusted.setdefault(checkpoint.size, []).append(checkpoint)
        self._problems: list[Problem] = []
        self._problem_count = 0
        self._stream = ""
        self._sequence = 0
        self._head: str | None = FIRST_HASH
        self._recorded_at = ""
        self._frontier, self._rest = Frontier(), sha256()
        self._checkpoints: list[Checkpoint] = []
        self._vouched = 0
        self._has_ended = False
        self._good_ids: set[str] = set()

    def report(self) -> Report:
        """Return what was found, now that the file has ended."""
        size = self._frontier.size
        if not self.line:
            self.found("", "is empty")
        elif not self._has_ended:
            self.found("", "is the last, and not the end that an export has: lines were dropped")
        if self._keys and not self._checkpoints:
            self.found("checkpoint", "the file has no checkpoint that a key could have signed")
        for checkpoint in (later for given in self._trusted.values() for later in given if later.size > size):
            self.found("", f"the file has {size} events, and a checkpoint from elsewhere covers {checkpoint.size}")
        return Report(
            self._stream, size, self._head or "", self._frontier.root().hex(), tuple(self._checkpoints), self._vouched,
            tuple(self._problems), self._problem_count,
        )  # fmt: skip

    def found(self, column: str, message: str, value: object = "") -> None:
        """Keep a problem of this line."""
        self._problem_count += 1
        if len(self._problems) < MOST_PROBLEMS:
            text = value if isinstance(value, str) else shown(value)
            self._problems.append(Problem("line", self.line, column, text[:80], message, self._name))

    def lost(self, message: str) -> None:
        """Keep the problem of a line of which nothing can be said but that it is wrong."""
        self.found("", message)
        self._head = None
        self._sequence += 1

    def take(self, lines: list[bytes]) -> None:
        """Verify the next lines: all of them at once if they are events without fault, else one by one."""
        if self._are_faultless(lines):
            self.line += len(lines)
            return
        for line in lines:
            self.line += 1
            self._take_line(line)

    def _take_line(self, line: bytes) -> None:
        if self._has_ended:
            self.found("", "comes after the end")
        if not line.endswith(b"\n"):
            if len(line) == MAX_LINE_BYTES:
                self.lost(f"is longer than {MAX_LINE_BYTES:,} bytes")
                return
            self.found("", "has no end: the file was cut")
            line += b"\n"
        try:
            text = line.decode()
        except UnicodeDecodeError:
            self.lost("is not text in UTF-8")
            return
        if text.startswith('{"event":'):
            self._take_event(line, text)
        else:
            self._take_other(line, text)

    # ── events ──────────────────────────────────────────────────────────────────────────────────────────

    def _are_faultless(self, lines: list[bytes]) -> bool:
        """Whether these are the next events and nothing is wrong with them; they are taken then.

        The checks are those of `_take_event`, on columns instead of rows. In doubt the answer is no.
        """
        text, size = b"".join(lines), self._frontier.size
        is_plain = len(text.translate(None, _DOUBTFUL)) == len(text)
        if not is_plain or self._has_ended or any(size < covered <= size + len(lines) for covered in self._trusted):
            return False
        try:
            rows = _EVENTS.findall(text.decode())
        except UnicodeDecodeError:
            return False
        if not rows or len(rows) != len(lines):
            return False
        (actors, bodies, corrects, event_at, id_streams, ids, before, recorded_at, sequences, streams, subjects, _,
         own) = zip(*rows, strict=True)  # fmt: skip
        digests = [sha256(b"\0" + line[_BEFORE:-_AFTER]).digest() for line in lines]
        is_chain = (
            own == tuple([digest.hex() for digest in digests])
            and before == (self._head, *own[:-1])
            and sequences == ids == tuple(map(str, range(self._sequence + 1, self._sequence + len(lines) + 1)))
            and {self._stream} == {*streams, *id_streams}
            and [self._recorded_at, *recorded_at] == sorted([self._recorded_at, *recorded_at])
            and not any(corrects)
        )
        if not (is_chain and self._are_good(actors, subjects, event_at, recorded_at) and _are_canonical(bodies)):
            return False
        self._sequence, self._head, self._recorded_at = int(sequences[-1]), own[-1], recorded_at[-1]
        self._frontier.add(*digests)
        return True

    def _are_good(self, *columns: tuple[str, ...]) -> bool:
        actors, subjects, event_at, recorded_at = columns
        new = {*actors, *subjects} - self._good_ids
        if any(map(id_fault, new)):
            return False
        if len(self._good_ids) < _IDS_KEPT:
            self._good_ids |= new
        return all(map(_can_be, {*event_at, *recorded_at}))

    def _take_event(self, line: bytes, text: str) -> None:
        found = _EVENT.fullmatch(text)
        if found is None:
            self.lost("is not an event as a ledger writes it")
            return
        actor, body, corrects, event_at, *chain, subject, _, own = found.groups()
        if not self._stream:
            self._stream = chain[-1]
            self.found("", "comes without a head before it that names the stream")
        digest = sha256(b"\0" + line[_BEFORE:-_AFTER]).digest()
        if digest.hex() != own:
            self.found("hash", "is not the hash of this event: one of the two was altered", own)
        self._check_chain(corrects, *chain)
        for name in (actor, subject):
            if name not in self._good_ids:
                self._check_id("actor" if name is actor else "subject", name)
        if not (_can_be(event_at) and _can_be(self._recorded_at)):
            self.found("event_at", "or recorded_at is a moment that cannot be", f"{event_at}, {self._recorded_at}")
        if fault := _body_fault(body):
            self.found("body", fault)
        self._head = own
        self._frontier.add(digest)
        for checkpoint in self._trusted.get(self._frontier.size, ()):
            if self._covers(checkpoint, "a checkpoint from elsewhere"):
                self._vouched = self._frontier.size

    def _check_chain(
        self,
        corrects: str,
        id_stream: str,
        id_sequence: str,
        previous: str,
        recorded_at: str,
        sequence: str,
        stream: str,
    ) -> None:
        """Verify what ties an event to the one before it."""
        if previous != self._head is not None:
            message = "is not the hash of the event before: one was altered, dropped, added or moved"
            self.found("previous_hash", message, previous)
        number = int(id_sequence)
        if id_sequence != sequence or number != self._sequence + 1:
            self.found("sequence", f"is not {self._sequence + 1}, which comes next", sequence)
        if not stream == id_stream == self._stream:
            self.found("stream", f"is not that of the head, {shown(self._stream)}", stream)
        if recorded_at < self._recorded_at:
            self.found("recorded_at", "is earlier than that of the event before", recorded_at)
        if corrects and not _is_before(corrects, stream, number):
            self.found("corrects", "is not an event before this one", corrects)
        self._sequence, self._recorded_at = number, recorded_at

    def _check_id(self, column: str, text: str) -> None:
        if fault := id_fault(json.loads(f'"{text}"')):
            self.found(column, fault, text)
        elif len(self._good_ids) < _IDS_KEPT:
            self._good_ids.add(text)

    # ── the other lines ─────────────────────────────────────────────────────────────────────────────────

    def _take_other(self, line: bytes, text: str) -> None:
        try:
            content = _ANY.decode(text)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict) or faults(content) or f"{canonical(content)}\n" != text:
            self.lost("is not a line of an export as a ledger writes it")
        elif set(content) == {"format", "stream"}:
            self._take_head(content)
            self._rest.update(line)
        elif set(content) == {"checkpoint"}:
            self._take_checkpoint(content["checkpoint"])
            self._rest.update(line)
        elif "rest" in content:
            self._take_end(content)
        else:
            self.lost("is neither a head, an event, a checkpoint, nor an end")

    def _take_head(self, content: dict[str, Any]) -> None:
        if self.line != 1:
            self.found("", "is a second head")
        elif content["format"] != FORMAT:
            self.found("format", f"is not {FORMAT}, which this Kervan reads", content["format"])
        self._stream = content["stream"] if isinstance(content["stream"], str) else ""

    def _take_checkpoint(self, note: object) -> None:
        try:
            checkpoint = parse_checkpoint(note if isinstance(note, str) else "")
        except FormatError as error:
            self.found("checkpoint", str(error))
            return
        before = self._checkpoints[-1] if self._checkpoints else None
        if before is not None and (before.size, before.note) >= (checkpoint.size, checkpoint.note):
            self.found("checkpoint", "is not after the one before it")
        self._checkpoints.append(checkpoint)
        is_covering = self._covers(checkpoint, "the checkpoint")
        if self._keys and not is_signed(checkpoint, self._keys):
            self.found("checkpoint", f"of {checkpoint.origin} is not signed with a key that was given")
        elif self._keys and is_covering:
            self._vouched = max(self._vouched, checkpoint.size)

    def _covers(self, checkpoint: Checkpoint, what: str) -> bool:
        """Whether a checkpoint is of this stream as far as it has been read."""
        is_of = checkpoint.origin.rpartition("/")[2] == self._stream
        if not is_of:
            self.found("checkpoint", f"{what} is of another stream", checkpoint.origin)
        is_right = checkpoint.size == self._frontier.size and checkpoint.root == self._frontier.root()
        if not is_right:
            self.found("checkpoint", f"{what} of {checkpoint.size} events does not cover those before it")
        return is_of and is_right

    def _take_end(self, content: dict[str, Any]) -> None:
        self._has_ended = True
        expected = _end(len(self._checkpoints), self._frontier, self._head or "", self._rest.hexdigest())
        for name in sorted({*content, *expected}):
            given, right = SORTED.encode(content.get(name)), SORTED.encode(expected.get(name))
            if given != right:  # compared as texts: for Python, true is 1
                self.found(name, f"is not {right}, which the lines before it give", given)


def _is_before(event_id: str, stream: str, sequence: int) -> bool:
    name, _, number = event_id.rpartition("/")
    return name == stream and int(number) < sequence


def _can_be(moment: str) -> bool:
    try:
        datetime.fromisoformat(moment)
    except ValueError:
        return False
    return True


def _are_canonical(bodies: tuple[str, ...]) -> bool:
    """Whether bodies without doubtful bytes are canonical; no when that takes a longer look."""
    if max(map(_openings, bodies)) > MAX_DEPTH or max(map(len, bodies)) > MAX_BODY_BYTES:
        return False
    try:
        values, ends = zip(*map(_WHOLE_NUMBERS.raw_decode, bodies), strict=True)
    except ValueError:  # a fraction, a large number, or no JSON at all
        return False
    # An object of JSON is no beginning of another, so what is equal together is equal one by one.
    return ends == tuple(map(len, bodies)) and SORTED.encode(values) == f"[{','.join(bodies)}]"


def _openings(body: str) -> int:
    return body.count("{") + body.count("[")


def _body_fault(body: str) -> str:
    """Return what is wrong with a body, or nothing."""
    if len(body.encode()) > MAX_BODY_BYTES:
        return f"is larger than {MAX_BODY_BYTES:,} bytes"
    try:
        value = _ANY.decode(body)
    except (ValueError, RecursionError):
        return "is not JSON"
    for place, what, _ in faults(value):
        return f"{place}: {what}" if place else what
    return "" if canonical(value) == body else _NOT_CANONICAL
