"""Images: how they are called, how big they are, and which are on a node's disk."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import NamedTuple

from lightkube.models import core_v1

from kubelab.node.catalogue import IMAGES, UNKNOWN_SIZE, Image

SHOWN = 50  # a kubelet reports no more of its images


class Name(NamedTuple):
    """An image's name taken apart: `docker.io/library/nginx`, `nginx`, `1.27`, and whether it was a digest."""

    full: str
    short: str
    tag: str
    digest: bool


@lru_cache(maxsize=4096)
def name_of(image: str) -> Name:
    """The name in full, as containerd writes it, and as the catalogue knows it.

    Examples
    --------
    >>> name_of("nginx:1.27")
    Name(full='docker.io/library/nginx', short='nginx', tag='1.27', digest=False)
    >>> name_of("registry.k8s.io/pause").short, name_of("localhost:5000/shop@sha256:12").full
    ('registry.k8s.io/pause', 'localhost:5000/shop')
    """
    rest, _, digest = image.partition("@")
    path, _, last = rest.rpartition("/")
    last, _, tag = last.partition(":")
    rest = f"{path}/{last}" if path else last
    host = rest.partition("/")[0]
    if "/" not in rest or not ("." in host or ":" in host or host == "localhost"):
        rest = f"docker.io/{rest}" if "/" in rest else f"docker.io/library/{rest}"
    short = rest.removeprefix("docker.io/").removeprefix("library/")
    return Name(rest, short, digest or tag or "latest", bool(digest))


def entry_of(image: str) -> Image | None:
    """What the catalogue knows of an image, or None."""
    return IMAGES.get(name_of(image).short)


def reference(image: str) -> str:
    """The image as a container status names it: `docker.io/library/nginx:1.27`."""
    name = name_of(image)
    return f"{name.full}@{name.tag}" if name.digest else f"{name.full}:{name.tag}"


@lru_cache(maxsize=4096)
def image_id(image: str) -> str:
    """The image by its digest: `docker.io/library/nginx@sha256:…` (made from its name)."""
    name = name_of(image)
    return f"{name.full}@" + (
        name.tag if name.digest else f"sha256:{hashlib.sha256(reference(image).encode()).hexdigest()}"
    )


def size_of(image: str) -> int:
    """How many bytes have to be pulled."""
    entry = entry_of(image)
    return entry.size if entry is not None else UNKNOWN_SIZE


def is_missing(image: str) -> bool:
    """Whether the catalogue knows that there is no such tag."""
    entry, name = entry_of(image), name_of(image)
    return bool(entry is not None and entry.tags and not name.digest and not re.fullmatch(entry.tags, name.tag))


def not_found(image: str) -> str:
    """What containerd says of an image that is nowhere."""
    full = reference(image)
    return f'failed to pull and unpack image "{full}": failed to resolve reference "{full}": {full}: not found'


class ImageStore:
    """The images on a node's disk, with their sizes.

    Left out
        Layers that images share, garbage collection, a disk that fills up.
    """

    def __init__(self, images: tuple[str, ...]) -> None:
        self.sizes: dict[str, int] = {reference(image): size_of(image) for image in images}
        self._digests: dict[str, str] = {reference(image): image_id(image) for image in images}

    def __contains__(self, image: str) -> bool:
        return reference(image) in self.sizes

    def add(self, image: str, size: int) -> None:
        """Keep a pulled image."""
        self.sizes[reference(image)] = size
        self._digests[reference(image)] = image_id(image)

    def listed(self) -> list[core_v1.ContainerImage]:
        """The images as the Node's status lists them, the biggest first."""
        biggest = sorted(self.sizes.items(), key=_by_size)[:SHOWN]
        return [
            core_v1.ContainerImage(names=_names(self._digests[name], name), sizeBytes=size) for name, size in biggest
        ]


def _by_size(held: tuple[str, int]) -> tuple[int, str]:
    return -held[1], held[0]


def _names(identity: str, name: str) -> list[str]:
    return [identity] if identity == name else [identity, name]
