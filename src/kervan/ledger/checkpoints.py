"""Signed checkpoints: who vouches, with Ed25519, for the root of a log at a size.

A checkpoint is a signed note as transparency logs write it (https://c2sp.org/tlog-checkpoint and
https://c2sp.org/signed-note), so that other tools and witnesses read it: origin, size, root in base64, a blank
line, signatures. The name of the key is the origin of the log.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from kervan.errors import FormatError, InputError, shown

__all__ = ["MAX_NOTE_BYTES", "Checkpoint", "is_signed", "log_of", "new_key", "parse_checkpoint", "public_key", "sign"]

#: Longest note that is read.
MAX_NOTE_BYTES: Final = 10_000
_ED25519: Final = b"\1"
_PRIVATE: Final = "PRIVATE+KEY+"
_NAME: Final = re.compile(r"[!-*,-~]{1,200}", re.ASCII)  # no blank, no plus
_SIZE: Final = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)
_SIGNATURE: Final = "— "


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root of a log at a size, and who signed it.

    Parameters
    ----------
    origin
        Name of the log.
    size
        Number of its events.
    root
        Root of the Merkle tree over them.
    note
        The signed text.
    """

    origin: str
    size: int
    root: bytes
    note: str


def new_key(name: str) -> tuple[str, str]:
    """Return a private and a public key for a log of this name, one line each.

    Raises
    ------
    InputError
        When the name cannot be one, or ``cryptography`` is not installed.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"{shown(name)} cannot name a log: letters and digits, as in ministry.example/register")
    _need_cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    seed, public = key.private_bytes_raw(), key.public_key().public_bytes_raw()
    number = _number(name, public).hex()
    private = f"{_PRIVATE}{name}+{number}+{_base64(_ED25519 + seed)}"
    return private, f"{name}+{number}+{_base64(_ED25519 + public)}"


def public_key(private: str) -> str:
    """Return the public key that belongs to a private one."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    name, number, seed = _parts(private, is_private=True)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    if _number(name, public) != number:
        raise FormatError(f"the private key of {name} is damaged: its number is not that of its name and bytes")
    return f"{name}+{number.hex()}+{_base64(_ED25519 + public)}"


def log_of(key: str, *, is_private: bool = False) -> str:
    """Return the name of the log that a public or a private key is for.

    Raises
    ------
    FormatError
        When it is no such key.
    """
    return _parts(key, is_private=is_private)[0]


def sign(size: int, root: bytes, private: str) -> Checkpoint:
    """Return a checkpoint signed with a private key.

    Raises
    ------
    FormatError
        When that is not a private key.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    public_key(private)
    name, number, seed = _parts(private, is_private=True)
    text = f"{name}\n{size}\n{_base64(root)}\n"
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return Checkpoint(name, size, root, f"{text}\n{_SIGNATURE}{name} {_base64(number + signature)}\n")


def parse_checkpoint(note: str) -> Checkpoint:
    """Return what a note says; whether its signatures hold is for `is_signed`.

    Raises
    ------
    FormatError
        When it is not a checkpoint.
    """
    if len(note) > MAX_NOTE_BYTES:
        raise FormatError(f"a checkpoint has at most {MAX_NOTE_BYTES:,} characters")
    text, _, rest = note.partition("\n\n")
    lines, signatures = text.split("\n"), rest.split("\n")
    is_whole = len(lines) >= 3 and len(signatures) >= 2 and not signatures[-1]
    if not (is_whole and all(line.startswith(_SIGNATURE) and line.isprintable() for line in signatures[:-1])):
        raise FormatError("this is not a checkpoint: origin, size and root, a blank line, signatures")
    root = _bytes(lines[2])
    if not (lines[0] and lines[0].isprintable() and _SIZE.fullmatch(lines[1]) and root is not None and len(root) == 32):
        raise FormatError("this is not a checkpoint: its lines are no origin, size and root")
    return Checkpoint(lines[0], int(lines[1]), root, note)


def is_signed(checkpoint: Checkpoint, keys: Iterable[str]) -> bool:
    """Whether one of these public keys has signed a checkpoint, and bears the name of its log.

    Raises
    ------
    FormatError
        When one is not a public key.
    """
    text, _, rest = checkpoint.note.partition("\n\n")
    for key in keys:
        name, number, public = _parts(key, is_private=False)
        for line in rest.split("\n"):
            signer, _, signature = line.removeprefix(_SIGNATURE).partition(" ")
            found = _bytes(signature)
            if signer == name == checkpoint.origin and found is not None and found[:4] == number:
                return _holds(public, found[4:], f"{text}\n".encode())
    return False


def _holds(public: bytes, signature: bytes, text: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def _parts(key: str, *, is_private: bool) -> tuple[str, bytes, bytes]:
    """Return name, number and bytes of a key."""
    kind = "private" if is_private else "public"
    _need_cryptography()
    text = key.strip()
    parts = text.removeprefix(_PRIVATE).split("+", 2)
    content = (_bytes(parts[2]) if len(parts) == 3 else None) or b""
    is_key = len(content) == 33 and content[:1] == _ED25519 and _NAME.fullmatch(parts[0])
    if not is_key or text.startswith(_PRIVATE) != is_private or not re.fullmatch("[0-9a-f]{8}", parts[1]):
        raise FormatError(f"this is not a {kind} key of Ed25519 as `kervan ledger key` writes it")
    number = bytes.fromhex(parts[1])
    if not is_private and _number(parts[0], content[1:]) != number:
        raise FormatError(f"the public key of {parts[0]} is damaged: its number is not that of its name and bytes")
    return parts[0], number, content[1:]


def _need_cryptography() -> None:
    from importlib.util import find_spec

    if find_spec("cryptography") is None:
        raise InputError("signatures need the package cryptography: pip install 'kervan[sign]'")


def _number(name: str, public: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _bytes(text: str) -> bytes | None:
    """Return what base64 stands for, or None unless this is the one way to write it."""
    try:
        content = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
    return content if _base64(content) == text else None
