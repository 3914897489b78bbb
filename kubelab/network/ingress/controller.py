"""The program in an ingress controller's container: it watches, configures nginx, and hands requests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lightkube.models import core_v1

from kubelab.api.errors import ApiError
from kubelab.api.objects import key_of, to_dict
from kubelab.client_go.component import Component, recorder
from kubelab.network.ingress.configuration import SERVICE_NAME, Address, addresses, configuration, is_ours
from kubelab.network.ingress.rules import FAKE, Backend, Configuration
from kubelab.network.ingress.status import is_speaker, points
from kubelab.network.program import Asked, Onward, Reply
from kubelab.network.sentences import Sentence

if TYPE_CHECKING:
    from kubelab.client_go.client import Client
    from kubelab.journal import Journal
    from kubelab.machine import Machine
    from kubelab.network.dice import Dice
    from kubelab.timings import Timings

KINDS = ("ingressclasses", "services", "endpointslices", "secrets", "ingresses")
CONTROLLER, CLASS = "k8s.io/ingress-nginx", "nginx"
TRIES = 3  # proxy-next-upstream-tries
CONNECT_TIMEOUT, READ_TIMEOUT = 5.0, 60.0  # proxy-connect-timeout, proxy-read-timeout
STATUS_PERIOD = 60.0


class IngressController(Component):
    """Takes requests for the hosts and paths of Ingresses straight to the pods behind their Services.

    It acts on what it has heard of, no oftener than every `ingress_min_sync_period`. Other endpoints count at once
    then; other hosts, paths or certificates when nginx has been reloaded. What it has been told it keeps while no API
    server answers. It is alive for as long as its container is.

    In Kubernetes
        ingress-nginx, internal/ingress/controller. Its log's `Backend successfully reloaded` is a pod's event `RELOAD`.

    Left out
        Its ConfigMap and its annotations but `ssl-redirect`: paths are no regular expressions and are not rewritten.
        Its admission webhook, a default backend of its own, and taking its address out of the status when it ends.
    """

    def __init__(
        self, name: str, machine: Machine, client: Client, journal: Journal, timings: Timings, pod: core_v1.Pod
    ) -> None:
        super().__init__(name, machine, client, journal, timings)
        machine.programs[name] = machine.processes.pop(name)
        self.pod, self.flags = pod, _flags(pod)
        self.recorder = recorder(self, "nginx-ingress-controller")
        self.active = Configuration()  # what nginx goes by
        self._loading = self.active
        self.upstreams: dict[Backend, tuple[Address, ...]] = {}
        self._due = False
        self._last = -timings.ingress_min_sync_period
        self._status_due = False
        for kind in KINDS:
            self.informer(kind).handlers.append(self)

    def on_stop(self) -> None:
        """The container has ended."""
        super().on_stop()
        self.wanted = False
        self.machine.programs.pop(self.name, None)

    # -- what it hears

    def on_change(self, kind: str, old: Any, new: Any) -> None:
        """Something has changed that a request's way may depend on."""
        if kind == "ingresses" and new is not None and self._is_ours(new):
            if old is None or old.spec is not new.spec:
                self.recorder.event(new, "Normal", "Sync", "Scheduled for sync")
            self._status_soon()
        elif kind == "services" and key_of(new if new is not None else old) == self._published:
            self._status_soon()
        if not self._due:
            self._due = True
            self.later(max(self._last + self.timings.ingress_min_sync_period - self.clock.now, 0.0), self._sync)

    def _is_ours(self, ingress: Any) -> bool:
        wanted = self.flags.get("controller-class", CONTROLLER), self.flags.get("ingress-class", CLASS)
        return is_ours(ingress, self.informer("ingressclasses").get, *wanted)

    def _sync(self) -> None:
        """Work out what nginx is to know; endpoints it learns at once, the rest by a reload."""
        self._due, self._last = False, self.clock.now
        ours = [each for each in self.informer("ingresses") if self._is_ours(each)]
        wanted = configuration(ours, self.informer("secrets").get)
        slices: dict[str, list[Any]] = {}
        for held in self.informer("endpointslices"):
            name = (held.metadata.labels or {}).get(SERVICE_NAME)
            slices.setdefault(f"{held.metadata.namespace}/{name}", []).append(held)
        services = self.informer("services")
        self.upstreams = {
            backend: addresses(backend, services.get, slices.get(f"{backend.namespace}/{backend.service}", ()))
            for backend in dict.fromkeys([*self.active.backends(), *wanted.backends()])
        }
        if wanted != self._loading:
            self._loading = wanted
            self.later(self.timings.ingress_reload, self._reload)

    def _reload(self) -> None:
        if self.active == self._loading:
            return
        self.active = self._loading
        self.journal.record(self.client.user, "reload", f"pods/{key_of(self.pod)}")
        message = "NGINX reload triggered due to a change in configuration"
        self.recorder.event(self.pod, "Normal", "RELOAD", message)

    # -- what it tells

    @property
    def _published(self) -> str:
        """The Service whose address is told: `namespace/name`, or nothing."""
        return self.flags.get("publish-service", "").replace("$(POD_NAMESPACE)", self.pod.metadata.namespace)

    def _status_soon(self) -> None:
        """Look at the addresses when the minute is over, and a first time soon."""
        if not self._status_due:
            self._status_due = True
            age = self.clock.now - self.started
            left = STATUS_PERIOD - age % STATUS_PERIOD if age > STATUS_PERIOD / 6 else self.timings.ingress_reload
            self.later(left, self._write_status)

    def _write_status(self) -> None:
        """Tell each Ingress under which address it is reached."""
        self._status_due = False
        try:
            if not is_speaker(self.client, self.pod):
                return
            listed = [to_dict(each) for each in points(self.client, self._published, self.pod)]
            for ingress in self.informer("ingresses"):
                state = ingress.status.loadBalancer if ingress.status is not None else None
                held = [to_dict(each) for each in (state.ingress if state is not None else None) or ()]
                if self._is_ours(ingress) and held != listed:
                    body, meta = {"status": {"loadBalancer": {"ingress": listed}}}, ingress.metadata
                    self.client.patch(
                        "ingresses", meta.name, body, meta.namespace, patch_type="merge", subresource="status"
                    )
        except ApiError:
            self._status_due = True
            self.later(STATUS_PERIOD, self._write_status, quiet=True)

    # -- requests

    def certificate(self, host: str) -> str:
        """Whose certificate is shown for a host: a Secret's, or the one that the controller made for itself."""
        server = self.active.server(host)
        return server.certificate if server is not None else FAKE

    def forward(self, asked: Asked, dice: Dice) -> Reply | tuple[Onward, ...]:
        """The pods to try in turn, or what nginx answers itself."""
        server = self.active.server(asked.host)
        if server is not None and server.redirects and asked.scheme == "http":
            where = (("Location", f"https://{asked.host}{asked.path}"),)
            return Reply(308, "308 Permanent Redirect", where, Sentence("by-https", (asked.host,)))
        backend = self.active.backend(asked.host, asked.path)
        if backend is None:
            detail = Sentence("no-rule", (asked.host, asked.path))
            return Reply(404, "404 Not Found", (), detail, f"ingresses/{server.ingress}" if server else "")
        found = self.upstreams.get(backend, ())
        if not found:
            detail = Sentence("no-backend", (f"{backend.namespace}/{backend.service}", backend.port))
            about = f"services/{backend.namespace}/{backend.service}"
            return Reply(503, "503 Service Temporarily Unavailable", (), detail, about)
        first = dice.one_of(len(found))
        ways = (*found[first:], *found[:first])[:TRIES]
        way = f"ingress {backend.ingress}: {asked.host}{asked.path} → {backend.service}:{backend.port}"
        return tuple(
            Onward(address, port, asked.path, asked.host, timeout=READ_TIMEOUT, connect_timeout=CONNECT_TIMEOUT,
                   detail=f"{way} → {address}:{port}")
            for address, port in ways
        )  # fmt: skip


def _flags(pod: core_v1.Pod) -> dict[str, str]:
    """What the program was told on its command line: `--ingress-class=nginx`."""
    args = [arg for container in pod.spec.containers for arg in container.args or ()]
    pairs = (arg.lstrip("-").partition("=") for arg in args if arg.startswith("--"))
    return {name: value for name, _, value in pairs}
