"""Reading files that others made, and writing files that appear whole or not at all.

Private to the house: whatever reads or writes a file does it with these.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from kervan.errors import FormatError, shown

__all__ = ["MAX_FILE_BYTES", "exists", "file_fault", "new_file", "new_folder", "path_of", "shown_size"]

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


def path_of(value: object) -> Path:
    """Return the path that a caller gave.

    Raises
    ------
    FormatError
        When it is not a path.
    """
    if isinstance(value, str | os.PathLike) and isinstance(os.fspath(value), str):
        return Path(value)
    raise FormatError(f"give the path as a text or a Path, not {shown(value)}")


def exists(path: Path) -> bool:
    """Whether something is there.

    Raises
    ------
    FormatError
        When nothing can be there: the name is too long, holds a NUL, leads in a circle, or is not ours to see.
    """
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "the name is not one a file can have"
        raise FormatError(f"{shown(str(path))} cannot be opened: {why}") from None
    return True


@contextmanager
def new_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a temporary name beside ``path`` and rename it to ``path`` when the block ends well.

    Raises
    ------
    FormatError
        When ``path`` exists and must not be overwritten, also when it appeared meanwhile, or cannot be written.
    """
    if exists(path) and (path.is_dir() or not overwrite):
        raise _taken(path, is_file=not path.is_dir())
    path = path.resolve()
    scratch = _scratch(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(scratch, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror}") from None
    try:
        yield scratch
        if overwrite or not _linked(scratch, path):
            scratch.replace(path)
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        scratch.unlink(missing_ok=True)


def _linked(scratch: Path, path: Path) -> bool:
    """Give a file its name unless something has that name; false where the file system has no links."""
    try:
        os.link(scratch, path)
    except FileExistsError:
        raise _taken(path, is_file=True) from None
    except OSError:
        if exists(path):
            raise _taken(path, is_file=True) from None
        return False
    return True


def _taken(path: Path, *, is_file: bool) -> FormatError:
    return FormatError(f"{path} exists already; choose another name{' or overwrite it' if is_file else ''}")


@contextmanager
def new_folder(path: Path, *, overwrite: bool = False, keep: bool = True) -> Iterator[Path]:
    """Give a temporary folder beside ``path`` and rename it to ``path`` when the block ends well.

    Raises
    ------
    FormatError
        When ``path`` exists and must not be overwritten, also when it appeared meanwhile, or cannot be written.

    Notes
    -----
    With ``keep`` what else lies in a folder that is overwritten (notes, scenarios) stays. Whatever interrupts
    it, one of the two folders is whole and at ``path``.
    """
    is_there = exists(path) and not (path.is_dir() and not any(path.iterdir()))
    if is_there and not (overwrite and path.is_dir()):
        raise _taken(path, is_file=path.is_dir())
    path = path.resolve()
    scratch = _scratch(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir()
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror}") from None
    try:
        if is_there and keep:
            shutil.copytree(path, scratch, symlinks=True, dirs_exist_ok=True)
        yield scratch
        _put(scratch, path, overwrite=overwrite)
    except OSError as error:
        raise FormatError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _put(scratch: Path, path: Path, *, overwrite: bool) -> None:
    """Rename a folder; one that is there goes when the new one has its name, and only if it may."""
    if not path.exists():
        scratch.rename(path)  # fails if a folder with something in it has appeared
        return
    if not overwrite:
        if any(path.iterdir()):
            raise _taken(path, is_file=True)
        path.rmdir()
        scratch.rename(path)
        return
    old = scratch.with_suffix(".old")
    try:
        path.rename(old)
        scratch.rename(path)
    except BaseException:
        if old.exists() and not path.exists():
            old.rename(path)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _scratch(path: Path) -> Path:
    return path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}.tmp")
