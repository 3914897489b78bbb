"""Pulling images: one at a time, each for as long as its size takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from kubelab.node.image_store import is_missing, not_found, size_of

if TYPE_CHECKING:
    from kubelab.node.behavior import Behavior
    from kubelab.node.kubelet import Kubelet


class Pull(NamedTuple):
    """A wish for an image, for one container of one pod."""

    uid: str
    container: str
    image: str
    size: int
    missing: bool
    asked: float


class ImagePuller:
    """Pulls images in the order in which pods ask for them.

    In Kubernetes
        The kubelet's image manager with `serializeImagePulls: true`, the default:
        https://kubernetes.io/docs/concepts/containers/images/#serial-and-parallel-image-pulls

    Left out
        Registries that are slow, rate-limited or ask for a password.
    """

    def __init__(self, kubelet: Kubelet) -> None:
        self.kubelet = kubelet
        self._queue: list[Pull] = []
        self._began = 0.0

    def ask(self, uid: str, container: str, image: str, behavior: Behavior) -> None:
        """Pull the image, when it is its turn."""
        size = size_of(image) if behavior.image_size is None else behavior.image_size
        missing = is_missing(image) if behavior.image_missing is None else behavior.image_missing
        self._queue.append(Pull(uid, container, image, size, missing, self.kubelet.clock.now))
        if len(self._queue) == 1:
            self._next()

    def clear(self) -> None:
        """Forget everything: the kubelet has ended."""
        self._queue = []

    def _next(self) -> None:
        pull, kubelet = self._queue[0], self.kubelet
        self._began = kubelet.clock.now
        there = pull.missing or pull.image in kubelet.runtime.images  # then only the registry is asked
        seconds = kubelet.timings.image_pull_overhead
        if not there:
            seconds += pull.size / kubelet.timings.image_pull_bandwidth
        kubelet.later(seconds, self._done)

    def _done(self) -> None:
        pull, kubelet = self._queue.pop(0), self.kubelet
        began, now = self._began, kubelet.clock.now
        if not pull.missing and pull.image not in kubelet.runtime.images:
            kubelet.runtime.images.add(pull.image, pull.size)
            kubelet.node_changed()
        if self._queue:
            self._next()
        worker = kubelet.workers.get(pull.uid)
        if worker is None:
            return
        if pull.missing:
            worker.image_failed(pull.container, not_found(pull.image))
            return
        took = f"in {_seconds(now - began)} ({_seconds(now - pull.asked)} including waiting)"
        message = f'Successfully pulled image "{pull.image}" {took}. Image size: {pull.size} bytes.'
        worker.image_pulled(pull.container, message)


def _seconds(seconds: float) -> str:
    """A duration in milliseconds as Go prints it.

    Examples
    --------
    >>> _seconds(0.5), _seconds(1.94), _seconds(75.25)
    ('500ms', '1.94s', '1m15.25s')
    """
    millis = round(seconds * 1000)
    if millis < 1000:
        return f"{millis}ms"
    minutes, rest = divmod(millis, 60_000)
    text = f"{rest / 1000:.3f}".rstrip("0").rstrip(".")
    return f"{minutes}m{text}s" if minutes else f"{text}s"
