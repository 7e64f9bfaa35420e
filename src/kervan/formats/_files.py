"""Reading files that others made, and writing files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kervan.errors import FormatError

__all__ = ["MAX_FILE_BYTES", "file_fault", "new_file", "new_folder", "shown_size"]

#: Largest file that is read; checked before a byte of it is.
MAX_FILE_BYTES: Final = 200_000_000


def shown_size(count: float) -> str:
    """Return a number of bytes for people.

    Examples
    --------
    >>> shown_size(2_000_000_000)
    '2.0 GB'
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} bytes"


def file_fault(path: Path, root: Path | None = None, limit: int = MAX_FILE_BYTES) -> str:
    """Return why a file must not be read, or nothing: missing, not a file, too large, outside its folder.

    Parameters
    ----------
    path
        The file.
    root
        The folder it must lie in after links are followed; None where the caller named it.
    limit
        Largest size in bytes.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return "there is no such file"
    except (OSError, ValueError) as error:
        return f"cannot be opened: {getattr(error, 'strerror', None) or 'the name is not one a file can have'}"
    if stat.S_ISDIR(found.st_mode):
        return "is a folder, not a file"
    if not stat.S_ISREG(found.st_mode):
        return "is not a plain file"
    if found.st_size > limit:
        return f"is {shown_size(found.st_size)}; at most {shown_size(limit)} are read"
    if root is not None and not path.resolve().is_relative_to(root.resolve()):
        return "is a link that leads out of the folder"
    return ""


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary name beside ``path`` and rename it to ``path`` when the block ends well.

    Raises
    ------
    FormatError
        When ``path`` exists and must not be overwritten, or cannot be written.
    """
    if path.is_dir() or (path.exists() and not overwrite):
        raise FormatError(f"{path} exists already; choose another name{'' if path.is_dir() else ' or overwrite it'}")
    path = path.resolve()
    scratch = _scratch(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror}") from None
    try:
        yield scratch
        scratch.replace(path)
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        scratch.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary folder beside ``path`` and rename it to ``path`` when the block ends well.

    What else lies in a folder that is overwritten (notes, scenarios) is kept.

    Raises
    ------
    FormatError
        When ``path`` exists and must not be overwritten, or cannot be written.
    """
    is_there = path.exists() and not (path.is_dir() and not any(path.iterdir()))
    if is_there and not (overwrite and path.is_dir()):
        raise FormatError(f"{path} exists already; choose another name{' or overwrite it' if path.is_dir() else ''}")
    path = path.resolve()
    scratch = _scratch(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir()
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror}") from None
    old = scratch.with_suffix(".old")
    try:
        if is_there:
            shutil.copytree(path, scratch, symlinks=True, dirs_exist_ok=True)
        yield scratch
        if path.exists():
            path.rename(old)
        try:
            scratch.rename(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _scratch(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}.tmp")
