"""What the vocabulary says of a type and of each of its fields.

In Kubernetes
    The comments of `k8s.io/api/…/types.go`, which are published as descriptions in the OpenAPI documents. lightkube
    brings them as docstrings.

Left out
    Paragraphs: the docstrings have been wrapped anew, so each description is one paragraph here.
"""

from __future__ import annotations

import re
import textwrap
from functools import cache

import msgspec

_PARAMETER = re.compile(r"\* \*\*(\w+)\*\* ``(.*?)``(?: - (.*))?$")


@cache
def documentation(model: type[msgspec.Struct]) -> tuple[str, dict[str, str]]:
    """What a type is, and what each of its fields is, by name.

    Examples
    --------
    >>> from lightkube.models.core_v1 import ContainerPort
    >>> documentation(ContainerPort)[1]["hostIP"]
    'What host IP to bind the external port to.'
    """
    about, _, listed = (model.__doc__ or "").partition("**parameters**")
    fields: dict[str, str] = {}
    name = ""
    for line in textwrap.dedent(listed).splitlines():
        found = _PARAMETER.match(line.strip())
        if found:
            name = found[1]
            fields[name] = found[3] or ""
        elif name and line.strip():
            fields[name] += f" {line.strip()}"
    return " ".join(about.split()), fields
