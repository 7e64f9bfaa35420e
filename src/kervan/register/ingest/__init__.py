"""Reading a communiqué: what it may hold for the register, each with its exact place in the text."""

from __future__ import annotations

from kervan.register.ingest.candidate import CLASSES, Candidate, as_json
from kervan.register.ingest.document import Document, read_document
from kervan.register.ingest.extract import ENGINES, extract
from kervan.register.ingest.gazetteer import Gazetteer

__all__ = ["CLASSES", "ENGINES", "Candidate", "Document", "Gazetteer", "as_json", "extract", "read_document"]
