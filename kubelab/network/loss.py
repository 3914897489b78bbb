"""A request that gets no answer: why, and how a client notices.

In Kubernetes
    Not a part of Kubernetes: the codes are curl's own, https://curl.se/libcurl/c/libcurl-errors.html
"""

from __future__ import annotations

from kubelab.network.sentences import Sentence

UNRESOLVED, REFUSED, SILENT, TLS, EMPTY, RESET, UNTRUSTED = 6, 7, 28, 35, 52, 56, 60


class LostError(Exception):
    """The request goes no further.

    `reason` is what happened. `code` is curl's exit code; after silence (28) the sender waits for as long as it is
    willing to. `cause` is a short word for what it was, `about` the object that it has to do with:
    `services/default/web`, `nodes/worker-1`.
    """

    def __init__(self, reason: Sentence, code: int = SILENT, cause: str = "", about: str = "") -> None:
        super().__init__(reason)
        self.reason, self.code, self.cause, self.about = reason, code, cause, about


class NoSenderError(ValueError):
    """The pod that is to send it does not run."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def timed_out(why: Sentence, cause: str, about: str = "") -> LostError:
    """Nobody has said anything: the sender has waited in vain."""
    return LostError(Sentence("timed out", (why,)), SILENT, cause, about)
