"""Snapshot: all nodes as one scheduling cycle sees them.

In Kubernetes
    `pkg/scheduler/backend/cache/snapshot.go`; the order of nodes is that of `node_tree.go` beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from kubelab.control_plane.scheduler.node_info import NodeInfo
from kubelab.control_plane.scheduler.pod_terms import Namespaces

CHUNK = 32


class Snapshot:
    """The NodeInfos in order: a value. Replacing one node shares all others with the snapshot before.

    `namespaces` are the labels of every namespace, `image_sizes` the size of every image that some node holds: what
    the first node to report it said, whatever other nodes say. Nodes are kept in chunks, so that a new snapshot costs
    little and two of them are quickly compared: every decision keeps the snapshot that it was made on.
    """

    __slots__ = ("chunks", "image_sizes", "index", "namespaces")

    def __init__(
        self,
        chunks: tuple[tuple[NodeInfo, ...], ...],
        index: Mapping[str, int],
        namespaces: Namespaces,
        image_sizes: Mapping[str, int],
    ) -> None:
        self.chunks, self.index, self.namespaces, self.image_sizes = chunks, index, namespaces, image_sizes

    @classmethod
    def of(
        cls,
        nodes: Iterable[NodeInfo],
        namespaces: Namespaces | None = None,
        image_sizes: Mapping[str, int] | None = None,
    ) -> Snapshot:
        """A snapshot of nodes, given in the order in which they came."""
        nodes = list(nodes)
        if image_sizes is None:
            image_sizes = {image: size for node in reversed(nodes) for image, size in node.images.items()}
        ordered = in_turns(nodes)
        chunks = tuple(tuple(ordered[at : at + CHUNK]) for at in range(0, len(ordered), CHUNK))
        return cls(chunks, {node.name: i for i, node in enumerate(ordered)}, namespaces or {}, image_sizes)

    def with_node(self, node: NodeInfo) -> Snapshot:
        """The snapshot with another value of one of its nodes, of the same name and zone."""
        at, offset = divmod(self.index[node.name], CHUNK)
        chunk = self.chunks[at]
        changed = (*chunk[:offset], node, *chunk[offset + 1 :])
        chunks = (*self.chunks[:at], changed, *self.chunks[at + 1 :])
        return Snapshot(chunks, self.index, self.namespaces, self.image_sizes)

    def with_image_sizes(self, sizes: Mapping[str, int]) -> Snapshot:
        """The snapshot with other sizes of images."""
        return Snapshot(self.chunks, self.index, self.namespaces, sizes)

    def changes_since(self, old: Snapshot) -> list[int] | None:
        """Where other NodeInfos stand than in an older snapshot; None if the two are not of the same nodes."""
        if self.index is not old.index or self.namespaces is not old.namespaces:
            return None
        changed = []
        for at, (now, before) in enumerate(zip(self.chunks, old.chunks, strict=True)):
            if now is not before:
                base = at * CHUNK
                changed += [base + i for i, node in enumerate(now) if node is not before[i]]
        return changed

    def __getitem__(self, at: int) -> NodeInfo:
        return self.chunks[at // CHUNK][at % CHUNK]

    def get(self, name: str) -> NodeInfo | None:
        """The node of that name, or None."""
        at = self.index.get(name)
        return self[at] if at is not None else None

    def __iter__(self) -> Iterator[NodeInfo]:
        return chain.from_iterable(self.chunks)

    def __len__(self) -> int:
        return len(self.index)

    def __deepcopy__(self, memo: dict[int, Any]) -> Snapshot:
        return self  # a value: a forked cluster shares it

    def __repr__(self) -> str:
        return f"Snapshot: {len(self)} nodes"


def in_turns(nodes: Iterable[NodeInfo]) -> list[NodeInfo]:
    """Nodes in the order of the scheduler: one of each zone, then the next of each, in the order they came."""
    zones: dict[str, list[NodeInfo]] = {}
    for node in nodes:
        zones.setdefault(node.zone, []).append(node)
    longest = max((len(members) for members in zones.values()), default=0)
    return [members[turn] for turn in range(longest) for members in zones.values() if turn < len(members)]
