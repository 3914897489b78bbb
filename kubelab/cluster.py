"""The cluster: all its parts, put together."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kubelab.api import formats
from kubelab.api.kinds import KINDS
from kubelab.api.objects import shared_values
from kubelab.arguments import check_options, checked_class
from kubelab.breaking_things import BreakingThings
from kubelab.client_go.client import Client
from kubelab.clients.addons import install
from kubelab.clients.answers import Listing, Text
from kubelab.clients.apply import Applied, apply
from kubelab.clients.calendar import calendar
from kubelab.clients.inside.process import Shells
from kubelab.clients.past import Past
from kubelab.clients.rules import rules
from kubelab.clients.summary import summary
from kubelab.clients.why import why
from kubelab.clock import EPOCH, Clock
from kubelab.control_plane.api_server.bootstrap import bootstrap
from kubelab.control_plane.api_server.server import ApiServer
from kubelab.control_plane.cloud_controller_manager import CloudControllerManager
from kubelab.control_plane.etcd import Etcd
from kubelab.control_plane.local_path_provisioner import LocalPathProvisioner, default_storage_class
from kubelab.control_plane.master import Master
from kubelab.control_plane.metrics import MetricsServer
from kubelab.faults import Faults
from kubelab.journal import Journal
from kubelab.language import say
from kubelab.machine import Machine
from kubelab.near_names import NearNames
from kubelab.network.dns.hosts import Hosts
from kubelab.network.load_balancer import Cloud
from kubelab.network.overlay import Overlay
from kubelab.network.programs import Programs
from kubelab.network.ranges import SERVICES, roomy
from kubelab.network.request import send
from kubelab.network.response import Response
from kubelab.network.traffic import Traffic
from kubelab.node.proxy.modes import mode_of
from kubelab.node.worker import Worker, WorkerSize
from kubelab.passing_time import PassingTime
from kubelab.timings import Timings

if TYPE_CHECKING:
    from kubelab.clients.http.server import Server


@checked_class("cluster")
class Cluster(PassingTime, BreakingThings, NearNames):
    """A whole Kubernetes: a master, workers, the network between them, and virtual time.

    It comes up as a cluster stands some time after its installation: every part running, every node Ready. `seed`
    decides all that is random. `size` is what each worker has: cpu, memory, pods. `start` is what its calendar says at
    second 0, a date, or `now`: the computer's, which real clients go by (`serve`). With `rbac` nobody may do what no
    role allows; without, everybody may do everything. With `storage` it has what kind and minikube bring along: a
    provisioner of volumes, and the default StorageClass `standard`; without, it is bare, as kubeadm makes one. With
    `cloud` its machines stand in a small cloud, which gives Services of type LoadBalancer an external address; without,
    they wait for ever. `proxy_mode` is how kube-proxies write rules: iptables, ipvs or nftables. `pod_cidr` and
    `service_cidr` are the ranges of the addresses of pods and of Services.

    Examples
    --------
    >>> cluster = Cluster(workers=3, seed=1)
    >>> [node.metadata.name for node in cluster.get("nodes")]
    ['worker-1', 'worker-2', 'worker-3']
    """

    def __init__(
        self,
        workers: int = 3,
        masters: int = 1,
        seed: int = 1,
        *,
        timings: Timings | None = None,
        size: WorkerSize | None = None,
        start: datetime | str = EPOCH,
        rbac: bool = False,
        storage: bool = False,
        cloud: bool = False,
        proxy_mode: str = "iptables",
        pod_cidr: str | None = None,
        service_cidr: str = SERVICES,
    ) -> None:
        if workers < 0:
            raise _wrong(f"un clúster no puede tener {workers} workers", f"a cluster cannot have {workers} workers")
        if masters != 1:
            raise _wrong(f"un clúster tiene un master, no {masters}", f"a cluster has one master, not {masters}")
        self.seed, self.timings, self.proxy_mode = seed, timings or Timings(), mode_of(proxy_mode).name
        self.rng = random.Random(seed)
        self.clock = Clock(calendar(start))
        self.journal = Journal(self.clock)
        self.etcd = Etcd()
        self.overlay = Overlay(pod_cidr or roomy(workers + masters), service_cidr, self.timings)
        self.machines: dict[str, Machine] = {}
        self.api_servers: list[ApiServer] = []
        machine = self._machine("master", "master")
        self.master = Master(
            machine, self.etcd, self.api_servers, self.journal, self.timings, self.rng, self._api_server_is_up
        )
        self.api = Client(self.api_servers, "kubectl")
        self.faults = Faults(self)
        self.workers: dict[str, Worker] = {}
        self._programs = Programs(self.api_servers, self.journal, self.timings, Shells(self))
        self.loads: list[Any] = []  # every Traffic that was ever started
        self.hosts = Hosts()  # the outside world's DNS
        client = Client(self.api_servers, "metrics-server", machine)
        metrics = MetricsServer(self.clock, self.timings, client, machine, self.workers)
        self.master.api_server.aggregation.extensions.append(metrics)
        self.master.etcd.start()
        self.master.api_server.start()
        self.master.api_server.gate.rbac = rbac
        self.master.api_server.allocator.use(self.overlay.ranges.services)
        address, first = self.overlay.machine_address("master"), str(self.overlay.ranges.services[1])
        bootstrap(Client(self.api_servers, "kube-apiserver"), [address], rbac, first)
        for number in range(1, workers + 1):
            self.add_worker(f"worker-{number}", size)
        self.master.controller_manager.start()
        self.master.scheduler.start()
        self.provisioner: LocalPathProvisioner | None = None
        if storage:
            self._install_storage()
        self.cloud: Cloud | None = None
        self.cloud_controller_manager: CloudControllerManager | None = None
        if cloud:
            self._join_cloud()
        self.settle()

    # -- manifests, objects, clients

    def apply(self, *manifests: Any) -> Applied:
        """Apply manifests: paths, YAML texts, dicts, or objects. All of them, or, where one is refused, none.

        Raises
        ------
        ApiError
            The API server's refusal, with the line of the YAML at fault in `.line` and what was meant in `.hint`.
        """
        return apply(self.api, *manifests)

    def install(self, name: str) -> Applied:
        """Install what does not come with Kubernetes: `install("ingress-nginx")` brings an ingress controller."""
        return install(self, name)

    def get(
        self,
        kind: str,
        name: str | None = None,
        *,
        namespace: str | None = "default",
        selector: str = "",
        field_selector: str = "",
    ) -> Any:
        """Objects of a kind, shown as `kubectl get` shows them; with `name` the one object. `namespace=None` is all."""
        if name is not None:
            return self.api.get(kind, name, namespace)
        found = self.api.list(kind, namespace, selector=selector, field_selector=field_selector)
        return Listing(self.api.kinds.find(kind), found, self.clock.date)

    def kubectl(self, command: str, stdin: str = "") -> Text:
        """What `kubectl` prints for a command line: `cluster.kubectl("get pods -o wide")`."""
        from kubelab.clients.kubectl import Kubectl

        return Text(Kubectl(self).run(command, stdin=stdin))

    def why(self, what: str | Response) -> Any:
        """Why a pod is where it is, or is nowhere: each node's verdict per plugin, the scores, the smallest change.

        Of what `request` answered, or of an object (`deployment/web`, `service/NAMESPACE/NAME`): what would mend it.
        """
        return why(self, what)

    def rules(self, node: str, service: str | None = None) -> Text:
        """The rules of a node's kube-proxy, or those of one Service, as `iptables-save` (or its like) prints them."""
        return rules(self, node, service)

    def request(self, url: str, source: str | None = None, **options: Any) -> Response:
        """One request and its hops, from a pod (`source="pod/web-1"`) or from outside; no time passes.

        Options, by name: `timeout=None` and `connect_timeout=None`, in seconds (None: `timings.connect_timeout`, 1),
        `namespace="default"` of the sender, `method="GET"`, `headers=None` (a dict), `host=""` (the header Host),
        `resolve=""` (the name's address), `verify=False` (check certificates), `connects=False` (as `nc -z` does).
        """
        check_options(send, "cluster.request", options)
        return send(self, url, source, **options)

    def traffic(self, url: str, rate: float, source: str | None = None, **options: Any) -> Traffic:
        """A load of `rate` requests a second, from now on until `.stop()`.

        Options, by name: `clients=1` (in turns), `keepalive=False` (keep connections), `retries=0` where it fails,
        `timeout=None` in seconds (None: 1), `dns_hold=0.0`, seconds for which a name is remembered (None: its TTL),
        `arithmetic=True` (False: no reckoning); and `namespace`, `method`, `headers`, `host`, as in `request`.
        """
        check_options(Traffic.__init__, "cluster.traffic", options)
        load = Traffic(self, url, rate, source, **options)
        self.loads.append(load.start())
        return load

    def serve(self, port: int = 0, speed: float = 1.0, **options: Any) -> Server:
        """Let real clients in: answers a `Server` with `.url`, `.token`, `.kubeconfig` and `.stop()`.

        It runs in a thread. Virtual time then follows the clock on the wall, `speed` times as fast. In a notebook
        `KUBECONFIG` is set until `stop`, so that `!kubectl get nodes` works (`environment=False` leaves it alone).
        Real clients reckon ages by the computer's calendar: `Cluster(start="now")` makes the two one.

        Raises
        ------
        ModuleNotFoundError
            The extra `kubelab[serve]` is not installed.
        """
        from kubelab.clients.serving import serve

        return serve(self, port=port, speed=speed, **options)

    @property
    def draw(self) -> Any:
        """The figures: placement, timeline, availability, shares, path, packet, services, rules… `Draw` has all."""
        from kubelab.view.draw import Draw

        return Draw(self)

    # -- the past, and what might be

    def at(self, revision: int) -> Past:
        """The cluster's state as it was at a revision."""
        return Past(self, revision)

    def fork(self) -> Cluster:
        """Another cluster that begins as this one is: what happens to it does not happen here."""
        constants: dict[int, Any] = {id(kind): kind for kind in KINDS}
        constants[id(self.timings)] = self.timings
        with shared_values():
            return deepcopy(self, constants)

    # -- machines

    def add_worker(self, name: str, size: WorkerSize | None = None) -> Worker:
        """Rack a new server, cable it and start it: it registers itself as a Node."""
        if formats.dns1123_subdomain(name):
            raise _wrong(f"un nodo no puede llamarse {name!r}", f"a node cannot be called {name!r}")
        if name in self.machines:
            raise _wrong(f"ya hay una máquina {name}", f"there is a machine {name} already")
        machine = self._machine(name, "worker")
        self.workers[name] = worker = Worker(
            machine,
            Client(self.api_servers, f"kubelet/{name}", machine),
            Client(self.api_servers, f"kube-proxy/{name}", machine),
            self.overlay,
            self.journal,
            self.timings,
            self.rng,
            size or WorkerSize(),
            self.proxy_mode,
        )
        worker.runtime.launcher = self._programs
        for process in machine.processes.values():
            process.start()
        return worker

    def _install_storage(self) -> None:
        """What small clusters bring along beside Kubernetes itself: somebody who makes volumes, and a class of them."""
        machine = self.master.machine
        client = Client(self.api_servers, "local-path-provisioner", machine)
        self.provisioner = LocalPathProvisioner(machine, client, self.journal, self.timings)
        self.provisioner.start()
        self.api.create(default_storage_class())

    def _join_cloud(self) -> None:
        """The machines stand in a cloud: somebody on the master speaks with it."""
        machine = self.master.machine
        self.cloud = Cloud(self.clock, self.timings, self.overlay, self.machines, self.workers)
        client = Client(self.api_servers, "cloud-controller-manager", machine)
        self.cloud_controller_manager = CloudControllerManager(machine, client, self.journal, self.timings, self.cloud)
        self.cloud_controller_manager.start()

    def _machine(self, name: str, role: str) -> Machine:
        self.overlay.machine_address(name)
        self.machines[name] = Machine(name, role, self.clock)
        self.overlay.links.plug(self.machines[name])
        return self.machines[name]

    def _api_server_is_up(self) -> None:
        """Whoever had lost the API server finds it again."""
        for machine in self.machines.values():
            for process in machine.everything:
                if process.running and process.client is not None:
                    process.later(process.reconnect_delay, process.reconnected)

    def __repr__(self) -> str:
        return summary(self)


def _wrong(es: str, en: str) -> ValueError:
    return ValueError(say(es=es, en=en))
