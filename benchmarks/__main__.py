"""What kubelab costs, measured: `python -m benchmarks`. Prints a table; asserts nothing (machines differ)."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: web
        image: nginx:1.27
        ports: [{{containerPort: 80}}]
        resources: {{requests: {{cpu: 50m, memory: 64Mi}}}}
"""


def timed(call: Callable[[], object], runs: int = 5) -> float:
    """Median seconds of several runs, after one that does not count."""
    call()
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def in_process(code: str, runs: int = 5) -> float:
    """Median seconds that a fresh Python spends on `code`, by its own clock from its first statement."""
    program = f"import time; start = time.perf_counter()\n{code}\nprint(time.perf_counter() - start)"
    printed = [
        float(
            subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()[
                -1
            ]
        )
        for _ in range(runs + 1)
    ]
    return statistics.median(printed[1:])


def apply_and_settle() -> float:
    """From apply to settled, without making the cluster."""
    import kubelab as kl

    seconds = []
    for _ in range(6):
        cluster = kl.Cluster(workers=3, seed=1)
        start = time.perf_counter()
        cluster.apply(WEB.format(name="web", replicas=3))
        cluster.settle()
        seconds.append(time.perf_counter() - start)
        assert sum(pod.status.phase == "Running" for pod in cluster.api.list("pods")) == 3
    return statistics.median(seconds[1:])


def quiet_day() -> float:
    """A virtual day of the same cluster, once settled."""
    import kubelab as kl

    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(WEB.format(name="web", replicas=3))
    cluster.settle()
    return timed(lambda: cluster.run(86400))


def large(nodes: int, pods: int, deployments: int) -> str:
    """In a process of its own: the cluster from empty to every pod running."""
    code = f"""
import resource, time
import kubelab as kl
from benchmarks.__main__ import WEB
start = time.perf_counter()
cluster = kl.Cluster(workers={nodes}, seed=1, size=kl.WorkerSize(cpu="8", memory="32Gi"))
up = time.perf_counter() - start
share, rest = divmod({pods}, {deployments})
start = time.perf_counter()
for number in range({deployments}):
    cluster.apply(WEB.format(name=f"web-{{number}}", replicas=share + (number < rest)))
cluster.settle()
settled = time.perf_counter() - start
running = sum(pod.status.phase == "Running" for pod in cluster.api.list("pods"))
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{{settled:.2f}} s, {{memory:.0f}} MB, {{{pods} - running}} not running (up in {{up:.2f}} s)")
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


SHOP = (
    WEB.format(name="web", replicas=3)
    + """
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
"""
)


def one_request() -> float:
    """A request to a Service, with its hops."""
    import kubelab as kl

    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(SHOP)
    cluster.settle()
    start = time.perf_counter()
    for _ in range(5000):
        cluster.request("http://web")
    return (time.perf_counter() - start) / 5000


def hour_of_traffic() -> str:
    """1,000 requests a second through a virtual hour in which ten things happen; and what became of them."""
    import kubelab as kl

    cluster = kl.Cluster(workers=4, seed=1)
    cluster.apply(SHOP)
    cluster.settle()
    load = cluster.traffic("http://web", rate=1000, source="worker-4")
    first = cluster.api.list("pods")[0].metadata.name
    faults: list[tuple[Callable[..., object], tuple[str, ...]]] = [
        (cluster.kill, ("worker-2",)),
        (cluster.revive, ("worker-2",)),
        (cluster.cut, ("worker-3",)),
        (cluster.heal, ("worker-3",)),
        (cluster.api.delete, ("pods", first)),
        (cluster.stop, ("kube-proxy", "worker-4")),
        (cluster.start, ("kube-proxy", "worker-4")),
        (cluster.kill, ("worker-1",)),
        (cluster.revive, ("worker-1",)),
        (cluster.stop, ("scheduler",)),
    ]
    start = time.perf_counter()
    for fault, what in faults:
        cluster.run(3600 / 11)
        fault(*what)
    cluster.run(3600 / 11)
    return f"{time.perf_counter() - start:.2f} s, {load.sent:,} sent, {load.failed:,} lost"


def rules_of_many_services() -> str:
    """1,000 Services of 10 endpoints each: all rules of 100 nodes, and those of one Service that has changed."""
    import kubelab as kl
    from kubelab.network.packet import Packet

    cluster = kl.Cluster(workers=100, seed=1)
    for number in range(1000):
        name = f"web-{number}"
        cluster.api.create(service(name), namespace="default")
        cluster.api.create(endpoint_slice(name, [f"10.244.{1 + end}.{2 + number % 250}" for end in range(10)]))
    cluster.run(60)
    start = time.perf_counter()
    rules = sum(len(worker.kube_proxy.chains()) for worker in cluster.workers.values())
    built = time.perf_counter() - start
    cluster.api.update(endpoint_slice("web-500", ["10.244.9.9"]))
    cluster.run(60)
    address = cluster.api.get("services", "web-500").spec.clusterIP
    start = time.perf_counter()
    for worker in cluster.workers.values():
        worker.kube_proxy.choices(Packet("10.244.1.2", address, 80))
    changed = time.perf_counter() - start
    return f"{built:.2f} s, {rules:,} rules; one change {changed * 1e3:.1f} ms"


def service(name: str) -> dict[str, object]:
    """A Service without a selector: its endpoints are written by hand."""
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 80}]}}


def endpoint_slice(name: str, addresses: list[str]) -> dict[str, object]:
    """The endpoints of a Service."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": "default", "labels": {"kubernetes.io/service-name": name}},
        "addressType": "IPv4",
        "ports": [{"port": 80}],
        "endpoints": [{"addresses": [each], "conditions": {"ready": True}} for each in addresses],
    }


FIRST_FIGURE = """
import kubelab as kl
cluster = kl.Cluster(workers=3, seed=1)
cluster.draw.placement()._repr_html_()
"""


def main() -> None:
    rows = [
        (
            "import kubelab and make a cluster's class",
            "≤ 0.4 s",
            f"{in_process('import kubelab; kubelab.Cluster'):.3f} s",
        ),
        ("import to first figure", "≤ 2 s", f"{in_process(FIRST_FIGURE):.2f} s"),
        ("3 nodes, 3 replicas: apply to settled", "≤ 20 ms", f"{apply_and_settle() * 1e3:.1f} ms"),
        ("a virtual day of that cluster", "≤ 50 ms", f"{quiet_day() * 1e3:.3f} ms"),
        ("a request with its hops", "≤ 50 µs", f"{one_request() * 1e6:.1f} µs"),
        ("1,000 requests/s, 1 h, ten faults", "≤ 2 s", hour_of_traffic()),
        ("rules of 1,000 services on 100 nodes", "≤ 1 s, ≤ 5 ms", rules_of_many_services()),
        ("4 nodes, 400 pods", "", large(4, 400, 4)),
        ("100 nodes, 1,067 pods", "≤ 1 s, ≤ 150 MB", large(100, 1067, 10)),
        ("1,200 nodes, 7,064 pods", "≤ 15 s", large(1200, 7064, 20)),
    ]
    for what, goal, figure in rows:
        print(f"{what:<42} {goal:<18} {figure}")
    print(f"(this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB)")


if __name__ == "__main__":
    main()
