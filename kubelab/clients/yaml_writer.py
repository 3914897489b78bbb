"""YAML as Kubernetes's tools write it: keys sorted, texts quoted where they could be read as something else.

In Kubernetes
    `sigs.k8s.io/yaml`, by which kubectl and kustomize print objects.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from kubelab.api.yaml_tree import is_plain_text

_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_SIXTY = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")


class _Dumper(yaml.SafeDumper):
    """A writer of YAML in Go's manner."""


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = None
    if "\n" in value:
        style = "|"
    elif not is_plain_text(value) or _TIMESTAMP.fullmatch(value) or _SIXTY.fullmatch(value) or value in ("<<", "="):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _write_text)
_Dumper.ignore_aliases = lambda self, data: True  # type: ignore[method-assign]


def to_yaml(value: Any) -> str:
    """An object as `-o yaml` prints it.

    Examples
    --------
    >>> print(to_yaml({"b": ["1", "x"], "a": {"on": "2026-01-01T00:00:00Z"}}), end="")
    a:
      "on": "2026-01-01T00:00:00Z"
    b:
    - "1"
    - x
    """
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=80, default_flow_style=False)
