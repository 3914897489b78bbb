"""The tag of an image's name, which decides how eagerly the image is pulled.

In Kubernetes
    `pkg/util/parsers`, which follows `github.com/distribution/reference`.
    https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting
"""

from __future__ import annotations

import re
from functools import lru_cache

_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"((?:{_HOST}(?::[0-9]+)?/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?"
)
_BARE_DIGEST = re.compile(r"[a-f0-9]{64}")
_LONGEST_NAME = 255


@lru_cache(maxsize=4096)
def image_tag(image: str) -> str:
    """The tag: `latest` where neither tag nor digest is given, empty where a digest is, or the name is no name.

    Examples
    --------
    >>> image_tag("nginx"), image_tag("nginx:1.27"), image_tag("localhost:5000/nginx"), image_tag("NGINX")
    ('latest', '1.27', 'latest', '')
    """
    if _BARE_DIGEST.fullmatch(image):
        return ""
    parsed = _REFERENCE.fullmatch(_with_registry(image))
    if parsed is None or len(parsed[1]) > _LONGEST_NAME:
        return ""
    return parsed[2] or ("" if parsed[3] else "latest")


def _with_registry(image: str) -> str:
    """The name with the registry that it means: Docker's, when its first part does not look like a host."""
    first, slash, rest = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first.lower() != first):
        return image if first != "index.docker.io" else f"docker.io/{rest}"
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"


def pull_policy(image: str) -> str:
    """The imagePullPolicy of a container that says none."""
    return "Always" if image_tag(image) == "latest" else "IfNotPresent"
