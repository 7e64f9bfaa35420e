"""An append-only log of events that proves itself, on SQLite or PostgreSQL.

Events are chained by their hashes, and they are the leaves of a Merkle tree whose root can be signed. State tables
follow from the log alone and are changed in the same transaction. See docs/explanation/ledger.md.
"""

from __future__ import annotations

from kervan.ledger.events import Draft, Event
from kervan.ledger.projections import Projection, Rows, State, Table, replay
from kervan.ledger.store import Ledger, open_ledger

__all__ = ["Draft", "Event", "Ledger", "Projection", "Rows", "State", "Table", "open_ledger", "replay"]
