"""What a kustomization does to every object: labels, annotations, namespace, prefixes, images, replicas.

In Kubernetes
    The built-in transformers of kustomize, with the fields of `…/konfig/builtinpluginconsts`.
"""

from __future__ import annotations

import re
from typing import Any

from kubelab.clients.kustomize.kustomization import Kustomization, KustomizeError
from kubelab.clients.kustomize.resource import POD_SPECS, Resource, places

_NEVER_PREFIXED = ("CustomResourceDefinition", "APIService", "Namespace")
_SCALED = ("Deployment", "ReplicationController", "ReplicaSet", "StatefulSet")
_MATCH = "spec/selector/matchLabels"
# Selectors that get the common labels, made where they are missing; and those that get them only where they stand.
_SELECTORS = {
    "Service": "spec/selector",
    "ReplicationController": "spec/selector",
    **dict.fromkeys(("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"), _MATCH),
}
_SELECTORS_THERE = {
    "Job": (_MATCH,),
    "CronJob": (f"spec/jobTemplate/{_MATCH}",),
    "PodDisruptionBudget": (_MATCH,),
    "NetworkPolicy": (
        *("spec/podSelector/matchLabels", "spec/ingress/from/podSelector/matchLabels"),
        "spec/egress/to/podSelector/matchLabels",
    ),
}
_TERMS = (
    *(
        f"{kind}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm"
        for kind in ("podAffinity", "podAntiAffinity")
    ),
    *(f"{kind}/requiredDuringSchedulingIgnoredDuringExecution" for kind in ("podAffinity", "podAntiAffinity")),
)
_SPREAD = (*(f"affinity/{term}" for term in _TERMS), "topologySpreadConstraints")


def _template(kind: str) -> str:
    """Where the metadata of a kind's pods stand, empty for kinds without a template."""
    path = POD_SPECS.get(kind, "spec")
    return f"{path.removesuffix('/spec')}/metadata" if path != "spec" and kind != "PodTemplate" else ""


def add_labels(resources: list[Resource], kustomization: Kustomization) -> None:
    """`commonLabels` and `labels`."""
    rules = [{**rule} for rule in kustomization.list("labels")]
    if kustomization.map("commonLabels"):
        rules.insert(0, {"pairs": kustomization.map("commonLabels"), "includeSelectors": True})
    for rule in rules:
        pairs = {key: _text(value) for key, value in (rule.get("pairs") or {}).items()}
        for held in resources:
            _label(held, pairs, bool(rule.get("includeSelectors")), bool(rule.get("includeTemplates")))


def _label(held: Resource, pairs: dict[str, str], selectors: bool, templates: bool) -> None:
    kind, content = held.kind, held.content
    _add(content, "metadata/labels", pairs)
    template = _template(kind)
    if template and (selectors or templates):
        _add(content, f"{template}/labels", pairs)
        if kind == "CronJob":
            _add(content, "spec/jobTemplate/metadata/labels", pairs)
    if kind == "StatefulSet" and (selectors or templates):
        _add(content, "spec/volumeClaimTemplates/metadata/labels", pairs)
    if not selectors:
        return
    if kind in _SELECTORS:
        _add(content, _SELECTORS[kind], pairs)
    paths = [*_SELECTORS_THERE.get(kind, ())]
    if kind in ("Deployment", "StatefulSet"):
        paths += [f"{POD_SPECS[kind]}/{path}/labelSelector/matchLabels" for path in _SPREAD]
    for path in paths:
        _add(content, path, pairs, create=False)


def _add(content: dict[str, Any], path: str, pairs: dict[str, str], *, create: bool = True) -> None:
    for holder, key in places(content, path, create=create):
        holder[key] = {**(holder.get(key) or {}), **pairs}


def add_annotations(resources: list[Resource], kustomization: Kustomization) -> None:
    """`commonAnnotations`."""
    pairs = {key: _text(value) for key, value in kustomization.map("commonAnnotations").items()}
    if not pairs:
        return
    for held in resources:
        _add(held.content, "metadata/annotations", pairs)
        template = _template(held.kind)
        if template:
            _add(held.content, f"{template}/annotations", pairs)
        if held.kind == "CronJob":
            _add(held.content, "spec/jobTemplate/metadata/annotations", pairs)


def set_namespace(resources: list[Resource], kustomization: Kustomization) -> None:
    """`namespace`."""
    namespace = kustomization.text("namespace")
    if not namespace:
        return
    for held in resources:
        if held.kind == "Namespace":
            held.rename(namespace)
        elif held.namespaced:
            held.move(namespace)
        if held.kind in ("RoleBinding", "ClusterRoleBinding"):
            for subject in held.content.get("subjects") or ():
                if subject.get("kind") == "ServiceAccount" and subject.get("name") == "default":
                    subject["namespace"] = namespace


def add_affixes(resources: list[Resource], kustomization: Kustomization) -> None:
    """`namePrefix` and `nameSuffix`."""
    prefix, suffix = kustomization.text("namePrefix"), kustomization.text("nameSuffix")
    for held in resources:
        if held.kind in _NEVER_PREFIXED:
            continue
        held.added += [word for word in (f"{prefix}-", f"-{suffix}") if word != "-"]
        if prefix or suffix:
            held.rename(f"{prefix}{held.name}{suffix}")


def set_replicas(resources: list[Resource], kustomization: Kustomization) -> None:
    """`replicas`."""
    for given in kustomization.list("replicas"):
        name = given.get("name")
        found = [held for held in resources if held.kind in _SCALED and held.was_called(name)]
        if not found:
            raise KustomizeError(f"resource with name {name} does not match a config with the following GVK {_SCALED}")
        for held in found:
            for holder, key in places(held.content, "spec/replicas", create=True):
                holder[key] = given.get("count", 0)


def set_images(resources: list[Resource], kustomization: Kustomization) -> None:
    """`images`: another name, tag or digest for every container whose image has that name."""
    for given in kustomization.list("imageTags", "images"):
        for held in resources:
            if held.kind != "CustomResourceDefinition":
                _images(held.content, given)


def _images(content: Any, given: dict[str, Any]) -> None:
    """The images of all containers, wherever a list of containers stands."""
    if isinstance(content, list):
        for item in content:
            _images(item, given)
    elif isinstance(content, dict):
        for field in ("containers", "initContainers"):
            for container in content.get(field) or () if isinstance(content.get(field), list) else ():
                if isinstance(container, dict) and isinstance(container.get("image"), str):
                    container["image"] = _image(container["image"], given)
        for value in content.values():
            _images(value, given)


def _image(image: str, given: dict[str, Any]) -> str:
    name = given.get("name") or ""
    if not re.fullmatch(re.escape(name) + r"(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?", image):
        return image
    rest, at, digest = image.partition("@")
    head, slash, last = rest.rpartition("/")
    base, _, tag = last.partition(":")
    name, tag, digest = head + slash + base, tag, digest if at else ""
    new_tag, new_digest = _text(given.get("newTag") or ""), given.get("digest") or ""
    if new_tag or new_digest:
        tag, digest = new_tag, new_digest
    elif given.get("tagSuffix"):
        tag, digest = tag + given["tagSuffix"], ""
    name = given.get("newName") or name
    return name + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
