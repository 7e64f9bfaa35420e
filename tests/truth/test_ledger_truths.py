"""The ledger against what others have published: RFC 8785, RFC 6962, signed notes, and a chain written by hand."""

from __future__ import annotations

import json
import struct
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from kervan.ledger import Draft, open_ledger
from kervan.ledger._canonical import canonical
from kervan.ledger.checkpoints import Checkpoint, is_signed, parse_checkpoint, public_key, sign
from kervan.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_holds,
    consistency_proof,
    inclusion_holds,
    inclusion_proof,
    leaf_hash,
    root,
)

# ── canonical JSON ──────────────────────────────────────────────────────────────────────────────────────

#: RFC 8785, appendix B: the bits of a number (IEEE 754), and how it is written.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize("bits", NUMBERS)
def test_numbers_are_written_as_in_rfc_8785(bits: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == NUMBERS[bits]


def test_the_example_of_rfc_8785_is_written_as_there() -> None:
    # Section 3.2.2 and the bytes of section 3.2.4.
    given = r"""{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }"""
    written = bytes.fromhex(
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b333333333333333333"
        "2e333333333333332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c753030"
        "30665c6e4127425c225c5c5c5c5c222f227d"
    )
    assert canonical(json.loads(given)).encode() == written


def test_keys_are_sorted_as_in_rfc_8785() -> None:
    # Section 3.2.3: by UTF-16, in which the emoji (a surrogate pair) comes before the Hebrew letter.
    names = ["€", "\r", "\ufb33", "1", "😀", "\x80", "ö"]
    assert list(json.loads(canonical(dict.fromkeys(names, 0)))) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


# ── the Merkle tree ─────────────────────────────────────────────────────────────────────────────────────

#: The leaves and roots with which the logs of Certificate Transparency are tested.
LEAVES = [bytes.fromhex(leaf) for leaf in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
#: Of the same tests: leaf (from 0) and size, and the path.
PATHS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
GROWTH = {
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def test_roots_are_those_of_certificate_transparency() -> None:
    assert [root(HASHES[:size]).hex() for size in range(1, 9)] == ROOTS
    assert root([]) == EMPTY_ROOT == sha256(b"").digest()


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_inclusion_is_proved_as_in_certificate_transparency(index: int, size: int) -> None:
    path = inclusion_proof(HASHES, index, size)
    assert [part.hex() for part in path] == PATHS[index, size]
    assert inclusion_holds(HASHES[index], index, size, path, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "size"), GROWTH)
def test_consistency_is_proved_as_in_certificate_transparency(old: int, size: int) -> None:
    path = consistency_proof(HASHES, old, size)
    assert [part.hex() for part in path] == GROWTH[old, size]
    assert consistency_holds(old, size, path, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[size - 1]))


def tree(leaves: list[bytes]) -> bytes:
    """MTH, word by word from RFC 6962, section 2.1."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:])).digest()


def test_every_small_tree_is_that_of_the_definition_and_its_proofs_prove_only_what_is_so() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(40)]
    roots = [tree(leaves[:size]) for size in range(41)]
    frontier = Frontier()
    for size, leaf in enumerate(leaves, 1):
        frontier.add(leaf)
        assert frontier.root() == roots[size] == root(leaves[:size])
        for index in range(size):
            path = inclusion_proof(leaves, index, size)
            right = [place for place in range(size) if inclusion_holds(leaves[index], place, size, path, roots[size])]
            assert right == [index]
            assert not inclusion_holds(leaves[index], index, size, [*path, leaf], roots[size])
        for old in range(1, size + 1):
            path = consistency_proof(leaves, old, size)
            assert consistency_holds(old, size, path, roots[old], roots[size])
            assert not consistency_holds(old, size, path, roots[old - 1], roots[size])
            assert not consistency_holds(old, size, [*path, leaf], roots[old], roots[size])
            assert not path or not consistency_holds(old, size, path[:-1], roots[old], roots[size])


def test_many_leaves_at_once_give_the_same_root_as_one_by_one() -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(100)]
    for first in range(40):
        for more in (0, 1, 2, 3, 7, 16, 33):
            frontier = Frontier()
            frontier.add(*leaves[:first])
            frontier.add(*leaves[first : first + more])
            assert frontier.root() == tree(leaves[: first + more])
            assert frontier.size == first + more


# ── signed notes ────────────────────────────────────────────────────────────────────────────────────────

#: The key pair of the documentation of golang.org/x/mod/sumdb/note, and what it signs there.
NAME = "PeterNeumann"
PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = (
    f"{TEXT}\n— {NAME} x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_published_note_is_read_with_its_published_keys() -> None:
    assert public_key(PRIVATE) == PUBLIC
    assert is_signed(Checkpoint(NAME, 0, b"", SIGNED), [PUBLIC])
    assert not is_signed(Checkpoint(NAME, 0, b"", SIGNED.replace("know", "knew")), [PUBLIC])


def test_a_signature_is_the_one_that_a_note_has() -> None:
    # Ed25519 is deterministic (RFC 8032), and a note signs its text and nothing else.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    checkpoint = sign(3, bytes(32), PRIVATE)
    text, _, line = checkpoint.note.partition("\n\n")
    assert text == f"PeterNeumann\n3\n{'A' * 43}="
    assert parse_checkpoint(checkpoint.note) == checkpoint
    key = Ed25519PrivateKey.from_private_bytes(b64decode(PRIVATE.split("+", 4)[4])[1:])
    assert b64decode(line.split(" ")[2]) == bytes.fromhex("c74f20a3") + key.sign(f"{text}\n".encode())


# ── the chain ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_event_is_hashed_as_the_page_says(tmp_path: Path) -> None:
    # By hand from docs/explanation/ledger.md: keys in order, no blank, all but the hash, a zero byte before.
    first = (
        '{"actor":"ministry","body":{"km":12.5,"road":"KZ-12"},"corrects":"","event_at":"2025-05-21T10:00:00+05:00",'
        f'"id":"roads/1","previous_hash":"{"0" * 64}","recorded_at":"2025-06-01T08:30:00.000000Z","sequence":1,'
        '"stream":"roads","subject":"KZ-12","type":"road.opened"}'
    )
    first_hash = sha256(b"\x00" + first.encode()).hexdigest()
    second = (
        '{"actor":"ministry","body":{},"corrects":"roads/1","event_at":"2025-05-22T10:00:00Z",'
        f'"id":"roads/2","previous_hash":"{first_hash}","recorded_at":"2025-06-01T08:30:00.000000Z","sequence":2,'
        '"stream":"roads","subject":"KZ-\\"12\\"","type":"road.closed"}'
    )
    second_hash = sha256(b"\x00" + second.encode()).hexdigest()
    with open_ledger(tmp_path / "a.db", clock=lambda: datetime(2025, 6, 1, 8, 30, tzinfo=UTC)) as ledger:
        (one,) = ledger.append("roads", [Draft("road.opened", "KZ-12", {"road": "KZ-12", "km": 12.5}, "ministry",
                                               "2025-05-21T10:00:00+05:00")])  # fmt: skip
        (two,) = ledger.append("roads", [Draft("road.closed", 'KZ-"12"', {}, "ministry", "2025-05-22T10:00:00Z",
                                               "roads/1")])  # fmt: skip
        ledger.export("roads", tmp_path / "roads.jsonl")
    assert (one.hash, two.hash) == (first_hash, second_hash)
    # The root of two leaves: a one byte and both.
    whole = sha256(b"\x01" + bytes.fromhex(first_hash) + bytes.fromhex(second_hash)).hexdigest()
    head = '{"format":"kervan.ledger/1","stream":"roads"}\n'
    rest = sha256(head.encode()).hexdigest()
    assert (tmp_path / "roads.jsonl").read_text(encoding="utf-8") == (
        f'{head}{{"event":{first},"hash":"{first_hash}"}}\n{{"event":{second},"hash":"{second_hash}"}}\n'
        f'{{"checkpoints":0,"events":2,"head":"{second_hash}","rest":"{rest}","root":"{whole}"}}\n'
    )
