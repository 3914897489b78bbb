"""The file `kustomization.yaml`: what to take, and what to make of it.

In Kubernetes
    `sigs.k8s.io/kustomize/api/types.Kustomization`.
    https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kubelab.api.yaml_tree import YamlFaultError, documents

FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_NAMES = ("namePrefix", "nameSuffix", "namespace")
_MAPS = ("commonLabels", "commonAnnotations", "generatorOptions", "metadata", "sortOptions")
_LISTS = (
    *("resources", "components", "bases", "crds", "labels", "patches", "patchesStrategicMerge", "patchesJson6902"),
    *("images", "imageTags", "replicas", "configMapGenerator", "secretGenerator"),
)
_NOT_HERE = (
    *("replacements", "vars", "helmCharts", "helmGlobals", "helmChartInflationGenerator", "generators", "openapi"),
    *("transformers", "validators", "configurations", "buildMetadata"),
)


_INSTEAD = {
    "bases": "resources",
    "commonLabels": "labels",
    "imageTags": "images",
    "patchesJson6902": "patches",
    "patchesStrategicMerge": "patches",
}


class KustomizeError(ValueError):
    """A kustomization that cannot be built."""


class Kustomization:
    """One kustomization: its folder, and what its file says of each field, old names read as new ones."""

    def __init__(self, folder: Path, content: dict[str, Any]) -> None:
        self.folder, self.content = folder, content
        for field in content:
            if field in _NOT_HERE:
                raise KustomizeError(f"the field {field!r} of {folder} is not available in kubelab's kustomize")
            if field not in (*_NAMES, *_MAPS, *_LISTS, "apiVersion", "kind"):
                raise KustomizeError(f'invalid Kustomization: json: unknown field "{field}"')
        for fields, type_, word in ((_NAMES, str, "string"), (_MAPS, dict, "map"), (_LISTS, list, "array")):
            for field in fields:
                if not isinstance(content.get(field) or type_(), type_):
                    raise KustomizeError(f"invalid Kustomization: {field} is no {word}")

    @property
    def is_component(self) -> bool:
        """Whether it changes what others have taken, instead of standing alone."""
        return self.content.get("kind") == "Component"

    @property
    def warnings(self) -> list[str]:
        """What is said of fields that nobody should use any more."""
        return [
            f"# Warning: '{old}' is deprecated. Please use '{new}' instead. "
            "Run 'kustomize edit fix' to update your Kustomization automatically."
            for old, new in _INSTEAD.items()
            if self.content.get(old) is not None
        ]

    def text(self, field: str) -> str:
        """A field that holds a text."""
        return self.content.get(field) or ""

    def map(self, field: str) -> dict[str, Any]:
        """A field that holds a map."""
        return self.content.get(field) or {}

    def list(self, *fields: str) -> list[Any]:
        """What fields hold that are lists, one after the other."""
        return [item for field in fields for item in self.content.get(field) or ()]

    def read(self, place: str) -> str:
        """The text of a file beside the kustomization."""
        path = self.folder / place
        try:
            return path.read_text(encoding="utf-8")
        except OSError:
            raise KustomizeError(_missing(path)) from None
        except UnicodeDecodeError:
            raise KustomizeError(f"{path} is no text") from None


def _missing(path: Path) -> str:
    return f"evalsymlink failure on '{path}' : lstat {path}: no such file or directory"


def load(folder: Path) -> Kustomization:
    """The kustomization of a folder."""
    if not folder.is_dir():
        raise KustomizeError(f"must build at directory: not a valid directory: {_missing(folder)}")
    found = [folder / name for name in FILES if (folder / name).is_file()]
    if not found:
        names = ", ".join(f"'{name}'" for name in FILES[:-1])
        raise KustomizeError(f"unable to find one of {names} or '{FILES[-1]}' in directory '{folder.resolve()}'")
    if len(found) > 1:
        raise KustomizeError(f"Found multiple kustomization files under: {folder.resolve()}")
    trees = read_yaml(found[0].read_text(encoding="utf-8"), str(found[0]))
    if not trees:
        raise KustomizeError("kustomization.yaml is empty")
    if not isinstance(trees[0], dict):
        raise KustomizeError("invalid Kustomization: it is no object")
    return Kustomization(folder, trees[0])


def read_yaml(text: str, source: str) -> list[Any]:
    """The documents of a YAML text."""
    try:
        return [tree.value for tree in documents(text) if tree.value is not None]
    except YamlFaultError as fault:
        raise KustomizeError(f"MalformedYAMLError: yaml: {fault.problem} in File: {source}") from None
    except yaml.YAMLError as broken:
        problem = getattr(broken, "problem", None) or "control characters are not allowed"
        raise KustomizeError(f"MalformedYAMLError: yaml: {problem} in File: {source}") from None
