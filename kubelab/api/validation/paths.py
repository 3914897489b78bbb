"""Paths inside volumes: they must not lead out of them.

In Kubernetes
    `validateLocalDescendingPath` and its neighbours in `pkg/apis/core/validation/validation.go`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kubelab.api.errors import Cause


def no_backsteps(target: str, path: str) -> Iterator[Cause]:
    """A path without a part called `..`."""
    if ".." in target and ".." in target.split("/"):
        yield Cause.invalid(path, target, "must not contain '..'")


def local_descending(target: str, path: str) -> Iterator[Cause]:
    """A relative path that never goes up."""
    if target.startswith("/"):
        yield Cause.invalid(path, target, "must be a relative path")
    yield from no_backsteps(target, path)


def local_non_reserved(target: str, path: str) -> Iterator[Cause]:
    """A relative path that never goes up and does not begin with two dots, as the kubelet's own files do."""
    yield from local_descending(target, path)
    if target.startswith("..") and not target.startswith("../"):
        yield Cause.invalid(path, target, "must not start with '..'")


def file_mode(mode: int | None, path: str) -> Iterator[Cause]:
    """The permission bits of a file."""
    if mode is not None and not 0 <= mode <= 0o777:
        yield Cause.invalid(path, mode, "must be a number between 0 and 0777 (octal), both inclusive")
