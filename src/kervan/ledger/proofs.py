"""Proofs for those who do not have the log: that an event is in it, and that it only grew.

A proof is an object of JSON with everything that is needed to check it, the signed checkpoint included where
there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from kervan._files import file_fault, path_of
from kervan.errors import FormatError, InputError, shown
from kervan.ledger._canonical import canonical, faults
from kervan.ledger.checkpoints import Checkpoint, is_signed, parse_checkpoint
from kervan.ledger.events import MAX_BODY_BYTES, hash_of, records
from kervan.ledger.merkle import consistency_holds, consistency_proof, inclusion_holds, inclusion_proof, root
from kervan.ledger.store import Ledger

__all__ = ["PROOF_FORMAT", "check_proof", "prove_event", "prove_growth", "read_proof"]

#: Name and version of the form of a proof.
PROOF_FORMAT: Final = "kervan.ledger-proof/1"
_MAX_BYTES: Final = 2 * MAX_BODY_BYTES
_MOST_HASHES: Final = 128
_FIELDS: Final = {
    "inclusion": {"format", "kind", "stream", "event", "size", "root", "path", "checkpoint"},
    "consistency": {"format", "kind", "stream", "old_size", "old_root", "size", "root", "path", "checkpoint"},
}


def prove_event(ledger: Ledger, event_id: str, size: int | None = None) -> dict[str, Any]:
    """Return the proof that an event is among the first so many of its stream.

    Parameters
    ----------
    ledger
        The ledger.
    event_id
        Its id.
    size
        Size of the tree; by default that of the newest checkpoint that covers the event, else the whole stream.

    Raises
    ------
    InputError
        When there is no such event, or no such tree.
    """
    stream, _, number = event_id.rpartition("/")
    known = ledger.streams().get(stream, 0)
    if not (number.isascii() and number.isdigit() and 0 < int(number[:18]) <= known and number[0] != "0"):
        raise InputError(f"there is no event {shown(event_id)}" + (f"; {stream} has 1 to {known}" if known else ""))
    index = int(number) - 1
    signed = [checkpoint for checkpoint in ledger.checkpoints(stream) if checkpoint.size > index]
    whole = size or (signed[-1].size if signed else known)
    text, leaves = _leaves(ledger, stream, whole, index)
    path = inclusion_proof(leaves, index, whole)
    return {
        "format": PROOF_FORMAT, "kind": "inclusion", "stream": stream, "event": json.loads(text), "size": whole,
        "root": root(leaves).hex(), "path": [part.hex() for part in path],
        "checkpoint": _note(signed, whole),
    }  # fmt: skip


def prove_growth(ledger: Ledger, stream: str, old_size: int, size: int | None = None) -> dict[str, Any]:
    """Return the proof that a stream begins with what it was at an older size.

    Parameters
    ----------
    ledger
        The ledger.
    stream
        The log.
    old_size
        The older size.
    size
        The newer one; by default that of the newest checkpoint, else the whole stream.

    Raises
    ------
    InputError
        When the stream does not have so many events.
    """
    signed = [checkpoint for checkpoint in ledger.checkpoints(stream) if checkpoint.size >= old_size]
    whole = size or (signed[-1].size if signed else ledger.streams().get(stream, 0))
    _, leaves = _leaves(ledger, stream, whole, 0)
    path = consistency_proof(leaves, old_size, whole)
    return {
        "format": PROOF_FORMAT, "kind": "consistency", "stream": stream, "old_size": old_size,
        "old_root": root(leaves[:old_size]).hex(), "size": whole, "root": root(leaves).hex(),
        "path": [part.hex() for part in path], "checkpoint": _note(signed, whole),
    }  # fmt: skip


def _leaves(ledger: Ledger, stream: str, size: int, index: int) -> tuple[str, list[bytes]]:
    """Return the event at an index as canonical JSON, and the hashes of the first events."""
    wanted, leaves = "", []
    for place, (text, own) in enumerate(islice(records(ledger.events(stream)), max(size, 0))):
        wanted = text if place == index else wanted
        leaves.append(bytes.fromhex(own))
    return wanted, leaves


def _note(signed: Iterable[Checkpoint], size: int) -> str | None:
    return next((checkpoint.note for checkpoint in signed if checkpoint.size == size), None)


def read_proof(path: str | Path) -> dict[str, Any]:
    """Read a proof from a file.

    Raises
    ------
    FormatError
        When it is none.
    """
    place = path_of(path)
    if fault := file_fault(place, limit=_MAX_BYTES):
        raise FormatError(f"{place}: {fault}")
    try:
        content = json.loads(place.read_bytes())
    except (ValueError, RecursionError, OSError):
        content = None
    if not isinstance(content, dict) or content.get("format") != PROOF_FORMAT or faults(content):
        raise FormatError(f"{place} is not a proof of a ledger ({PROOF_FORMAT})")
    return content


def check_proof(proof: Mapping[str, Any], keys: Iterable[str] = (), trusted: Iterable[Checkpoint] = ()) -> list[str]:
    """Return what is wrong with a proof; nothing: it holds.

    Parameters
    ----------
    proof
        As `prove_event` and `prove_growth` return it.
    keys
        Public keys: the checkpoint of the proof must be signed with one of them.
    trusted
        Checkpoints from elsewhere: one of them must be that of the proof or, of growth, the older state.
    """
    kind = proof.get("kind")
    if kind not in _FIELDS or set(proof) != _FIELDS[kind] or not _is_well_formed(proof):
        return ["it is not a proof of inclusion or consistency as a ledger writes it"]
    size, whole = proof["size"], bytes.fromhex(proof["root"])
    path = [bytes.fromhex(part) for part in proof["path"]]
    if kind == "inclusion":
        event = proof["event"]
        leaf = bytes.fromhex(hash_of(canonical(event)))
        holds = event.get("stream") == proof["stream"] and _is_whole(event.get("sequence"))
        holds = holds and inclusion_holds(leaf, event["sequence"] - 1, size, path, whole)
    else:
        old = bytes.fromhex(proof["old_root"])
        holds = consistency_holds(proof["old_size"], size, path, old, whole)
    problems = [] if holds else ["the hashes do not lead to the root: the event, a size, a root or a hash was altered"]
    return problems + _signature_faults(proof, tuple(keys)) + _trust_faults(proof, tuple(trusted))


def _is_well_formed(proof: Mapping[str, Any]) -> bool:
    path, numbers = proof["path"], ["size", "old_size"] if "old_size" in proof else ["size"]
    roots = [proof["root"], proof.get("old_root", proof["root"])]
    is_path = isinstance(path, list) and len(path) <= _MOST_HASHES and all(map(_is_hash, [*path, *roots]))
    is_event = isinstance(proof.get("event", {}), dict) and isinstance(proof["stream"], str)
    is_note = proof["checkpoint"] is None or isinstance(proof["checkpoint"], str)
    return is_path and is_event and is_note and all(_is_whole(proof[name]) for name in numbers)


def _is_hash(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and not set(text) - set("0123456789abcdef")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _signature_faults(proof: Mapping[str, Any], keys: tuple[str, ...]) -> list[str]:
    if proof["checkpoint"] is None:
        return ["it has no checkpoint that a key could have signed"] if keys else []
    try:
        checkpoint = parse_checkpoint(proof["checkpoint"])
    except FormatError as error:
        return [str(error)]
    problems = []
    if not _is_of(checkpoint, proof, "size", "root"):
        problems.append("its checkpoint is of another stream, size or root")
    if keys and not is_signed(checkpoint, keys):
        problems.append(f"its checkpoint, of {checkpoint.origin}, is not signed with a key that was given")
    return problems


def _trust_faults(proof: Mapping[str, Any], trusted: tuple[Checkpoint, ...]) -> list[str]:
    pairs = [("size", "root")] + ([("old_size", "old_root")] if "old_size" in proof else [])
    if not trusted or any(_is_of(checkpoint, proof, *pair) for checkpoint in trusted for pair in pairs):
        return []
    return ["it leads to none of the checkpoints that were given"]


def _is_of(checkpoint: Checkpoint, proof: Mapping[str, Any], size: str, whole: str) -> bool:
    is_stream = checkpoint.origin.rpartition("/")[2] == proof["stream"]
    return bool(is_stream and checkpoint.size == proof[size] and checkpoint.root.hex() == proof[whole])
