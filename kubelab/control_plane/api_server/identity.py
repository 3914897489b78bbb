"""Who an object is: the name and the uid that the API server gives to what is new.

In Kubernetes
    `FillObjectMetaSystemFields` in `k8s.io/apiserver/pkg/registry/rest/meta.go`, `SimpleNameGenerator` in
    `k8s.io/apiserver/pkg/storage/names/generate.go`.
"""

from __future__ import annotations

import random
from typing import Any

from kubelab.api.kinds import Kind

NAME_CHARACTERS = "bcdfghjklmnpqrstvwxz2456789"  # no vowels: no words by accident
_LONGEST_PREFIX = 58
_EARLY = ("Job",)  # whose own spec says who they are


def generated_name(prefix: str, rng: random.Random) -> str:
    """A name that begins with a prefix and ends with five characters of chance; together they fit into a label."""
    return prefix[:_LONGEST_PREFIX] + "".join(rng.choices(NAME_CHARACTERS, k=5))


def random_uid(rng: random.Random) -> str:
    """A version 4 UUID from the cluster's own random numbers."""
    bits = rng.getrandbits(128)
    text = f"{bits & ~(0xF << 76) & ~(0x3 << 62) | (4 << 76) | (2 << 62):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def is_early(kind: Kind) -> bool:
    """Whether objects of a kind must be somebody before they are judged; all others are when they are stored."""
    return kind.builtin in _EARLY


def identify(meta: dict[str, Any], rng: random.Random) -> None:
    """Give a new object its uid, and its name where only the beginning of one is given."""
    if not meta.get("name") and meta.get("generateName"):
        meta["name"] = generated_name(meta["generateName"], rng)
    meta["uid"] = random_uid(rng)
