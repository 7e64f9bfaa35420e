"""The Merkle tree of RFC 6962, section 2.1: the root of a log, and proofs about it.

Hashes are 32 bytes. A tree of ``n`` leaves splits at the largest power of two below ``n``, so a tree that grows
keeps its full subtrees. `Frontier` holds those of a growing log; the proofs are lists of subtree roots.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from kervan.errors import InputError

__all__ = [
    "EMPTY_ROOT",
    "Frontier",
    "consistency_holds",
    "consistency_proof",
    "inclusion_holds",
    "inclusion_proof",
    "leaf_hash",
    "root",
]

#: Root of a tree without leaves.
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return sha256(b"\0" + content).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """The roots of the full subtrees of a log that grows, largest first: what is needed to know its root."""

    def __init__(self) -> None:
        self.size = 0
        self._roots: list[bytes] = []

    def add(self, *leaves: bytes) -> None:
        """Add hashes of leaves, level by level."""
        kept, nodes, full = [], list(leaves), self.size
        while nodes:
            if full & 1:
                nodes.insert(0, self._roots.pop())
            if len(nodes) & 1:
                kept.append(nodes.pop())
            nodes = [sha256(b"\1" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            full >>= 1
        self._roots += reversed(kept)
        self.size += len(leaves)

    def root(self) -> bytes:
        """Return the root of the tree over all leaves so far."""
        if not self._roots:
            return EMPTY_ROOT
        found = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            found = _node(left, found)
        return found


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree over hashes of leaves."""
    frontier = Frontier()
    frontier.add(*leaves)
    return frontier.root()


def _split(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int, size: int) -> list[bytes]:
    """Return what proves that a leaf is in a tree: PATH of RFC 6962, 2.1.1.

    Parameters
    ----------
    leaves
        Hashes of the leaves of the log.
    index
        Which leaf, from 0.
    size
        Leaves of the tree: the first so many of the log.

    Raises
    ------
    InputError
        When the tree has no such leaf, or the log no such tree.
    """
    if not 0 <= index < size <= len(leaves):
        raise InputError(f"a tree of {size} leaves, in a log of {len(leaves)}, has no leaf {index}")
    path, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(root(leaves[middle:last]))
            last = middle
        else:
            path.append(root(leaves[first:middle]))
            first = middle
    return path[::-1]


def consistency_proof(leaves: Sequence[bytes], old_size: int, size: int) -> list[bytes]:
    """Return what proves that a tree begins with an older one: PROOF of RFC 6962, 2.1.2.

    Raises
    ------
    InputError
        When the older tree is empty or not the smaller one, or the log has no such tree.
    """
    if not 0 < old_size <= size <= len(leaves):
        raise InputError(f"trees of {old_size} and {size} leaves, in a log of {len(leaves)}, cannot be compared")
    path, first, last, is_whole = [], 0, size, True
    while old_size < last:
        middle = first + _split(last - first)
        if old_size <= middle:
            path.append(root(leaves[middle:last]))
            last = middle
        else:
            path.append(root(leaves[first:middle]))
            first, is_whole = middle, False
    return ([] if is_whole else [root(leaves[first:last])]) + path[::-1]


def inclusion_holds(leaf: bytes, index: int, size: int, proof: Sequence[bytes], whole: bytes) -> bool:
    """Whether a proof shows that a leaf is in the tree with this root: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for part in proof:
        if not last:
            return False
        if place & 1 or place == last:
            found = _node(part, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, part)
        place, last = place >> 1, last >> 1
    return not last and found == whole


def consistency_holds(old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, whole: bytes) -> bool:
    """Whether a proof shows that the tree with this root begins with the older one: RFC 9162, 2.1.4.2."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == whole
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found = old_found = path[0]
    for part in path[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            found, old_found = _node(part, found), _node(part, old_found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, part)
        place, last = place >> 1, last >> 1
    return not last and old_found == old_root and found == whole
