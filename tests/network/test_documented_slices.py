"""https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/, as the controller writes them."""

import kubelab as kl
from kubelab.api.objects import replace
from kubelab.control_plane.controller_manager.endpoints import endpoint_of, ports_of
from kubelab.control_plane.controller_manager.slice_plan import plan

SIZE = kl.WorkerSize(images=("nginx:1.27",))
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "labels": {"team": "shop"}},
    "spec": {"selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}]},
}


def pod(name, **spec):
    container = {"name": "web", "image": "nginx:1.27", "ports": [{"containerPort": 80}]}
    meta = {"name": name, "labels": {"app": "web"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"containers": [container], **spec}}


def started(*manifests):
    cluster = kl.Cluster(workers=2, seed=1, size=SIZE)
    cluster.apply(SERVICE, *manifests)
    return cluster.settle()


def slices(cluster):
    return cluster.api.list("endpointslices", "default", selector="kubernetes.io/service-name=web")


def conditions(cluster):
    found = {each.targetRef.name: each.conditions for held in slices(cluster) for each in held.endpoints}
    return {name: (each.ready, each.serving, each.terminating) for name, each in found.items()}


def test_slices_list_the_pods_of_a_selector():
    """EndpointSlices, "EndpointSlice API": "automatically creates EndpointSlices for any Kubernetes Service that has a
    selector"."""
    cluster = started(pod("a"), pod("b"))
    (held,) = slices(cluster)
    assert [each.targetRef.name for each in held.endpoints] == ["a", "b"]
    assert [(port.name, port.protocol, port.port) for port in held.ports] == [("http", "TCP", 80)]


def test_a_slice_is_of_one_family():
    """EndpointSlices, "Address types": "Each `EndpointSlice` object represents a specific IP address type."."""
    cluster = started(pod("a"))
    assert [held.addressType for held in slices(cluster)] == ["IPv4"]


def test_conditions_of_a_pod_that_is_ready_then_not_then_going():
    """EndpointSlices, "Ready"; EndpointSlices, "Serving"; EndpointSlices, "Terminating": "`ready` is NEVER `true` when
    a Pod is terminating"; `serving` tells of such a pod's readiness."""
    made = pod("a", terminationGracePeriodSeconds=30)
    made["metadata"]["annotations"] = {"kubelab.io/behavior.web": "{ready_after: 60}"}
    made["spec"]["containers"][0]["readinessProbe"] = {"httpGet": {"port": 80}, "periodSeconds": 1}
    made["spec"]["containers"][0]["lifecycle"] = {"preStop": {"sleep": {"seconds": 20}}}
    cluster = started()
    cluster.apply(made)
    cluster.run(10)
    assert conditions(cluster) == {"a": (False, False, False)}
    cluster.run(70)
    assert conditions(cluster) == {"a": (True, True, False)}
    cluster.api.delete("pods", "a")
    cluster.run(5)
    assert conditions(cluster) == {"a": (False, True, True)}
    cluster.run(30)
    assert conditions(cluster) == {}


def test_addresses_that_are_published_unready_are_always_ready():
    """EndpointSlices, "Ready": with `publishNotReadyAddresses` "Endpoints for these Services will always have the
    `ready` condition set to `true`"."""
    made = pod("a")
    made["spec"]["containers"][0]["readinessProbe"] = {"tcpSocket": {"port": 1}}
    cluster = started(made)
    assert conditions(cluster) == {"a": (False, False, False)}
    cluster.api.patch("services", "web", {"spec": {"publishNotReadyAddresses": True}})
    cluster.settle()
    assert conditions(cluster) == {"a": (True, False, False)}


def test_an_endpoint_says_where_it_is():
    """EndpointSlices, "Topology information": `nodeName` and `zone`."""
    cluster = started()
    cluster.kubectl("label node worker-2 topology.kubernetes.io/zone=y")
    cluster.apply(pod("a", nodeName="worker-2"))
    cluster.settle()
    (endpoint,) = slices(cluster)[0].endpoints
    assert (endpoint.nodeName, endpoint.zone) == ("worker-2", "y")


def test_each_managers_slices_are_its_own():
    """EndpointSlices, "Management": the label `endpointslice.kubernetes.io/managed-by`; EndpointSlices, "Ownership":
    the Service owns them, and the label `kubernetes.io/service-name` finds them."""
    cluster = started(pod("a"))
    labels = {"kubernetes.io/service-name": "web", "endpointslice.kubernetes.io/managed-by": "staff"}
    theirs = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "ours", "labels": labels},
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 80}],
        "endpoints": [{"addresses": ["192.0.2.1"]}],
    }
    cluster.apply(theirs)
    cluster.settle()
    found = {held.metadata.name: held for held in slices(cluster)}
    (made,) = (held for name, held in found.items() if name != "ours")
    assert made.metadata.labels["endpointslice.kubernetes.io/managed-by"] == "endpointslice-controller.k8s.io"
    assert made.metadata.labels["team"] == "shop"
    assert (made.metadata.ownerReferences[0].kind, made.metadata.ownerReferences[0].name) == ("Service", "web")
    assert found["ours"].endpoints[0].addresses == ["192.0.2.1"]
    cluster.api.delete("services", "web")
    cluster.settle()
    assert [held.metadata.name for held in slices(cluster)] == ["ours"]


def test_pods_that_listen_elsewhere_get_a_slice_of_their_own():
    """EndpointSlices, "Distribution of EndpointSlices": "different target port numbers for the same named port,
    requiring different EndpointSlices"."""
    cluster = started(pod("a"))
    other = pod("b")
    for made, number in ((pod("c"), 80), (other, 8080)):
        made["spec"]["containers"][0]["ports"] = [{"name": "http", "containerPort": number}]
        cluster.apply(made)
    cluster.api.patch("services", "web", {"spec": {"ports": [{"name": "http", "port": 80, "targetPort": "http"}]}})
    cluster.settle()
    assert sorted((held.ports[0].port, len(held.endpoints)) for held in slices(cluster) if held.ports) == [
        (80, 1), (8080, 1),
    ]  # fmt: skip


class Lists:
    """A Service's slices as numbers of endpoints, and how a change of them is planned."""

    def __init__(self):
        self.cluster = started(pod("a"))
        (self.held,) = slices(self.cluster)
        self.service = self.cluster.api.get("services", "web")
        self.pod = self.cluster.api.get("pods", "a")

    def endpoint(self, number):
        meta = replace(self.pod.metadata, uid=f"uid-{number}", name=f"p{number}")
        status = replace(self.pod.status, podIP=f"10.9.{number >> 8}.{number & 255}")
        return endpoint_of(replace(self.pod, metadata=meta, status=status), self.service, None)

    def slice(self, name, numbers):
        meta = replace(self.held.metadata, name=name)
        return replace(self.held, metadata=meta, endpoints=[self.endpoint(number) for number in numbers])

    def planned(self, held, wanted):
        """How many endpoints each slice is to have: those that are to be written, and those that are deleted."""
        ports = ports_of(self.pod, self.service)
        listed = [self.slice(name, numbers) for name, numbers in held.items()]
        endpoints = {f"uid-{number}": self.endpoint(number) for number in wanted}
        kept, gone = plan(listed, {ports: endpoints})
        written = {
            each.held.metadata.name if each.held else "new": len(each.endpoints) for each in kept if each.changed
        }
        return written, [each.held.metadata.name for each in gone]


def test_slices_are_filled_with_as_few_changes_as_can_be():
    """EndpointSlices, "Distribution of EndpointSlices": "if there are 10 new endpoints to add and 2 EndpointSlices with
    room for 5 more endpoints each, this approach will create a new EndpointSlice"."""
    lists = Lists()
    two = {"one": range(95), "two": range(100, 195)}
    here = [*two["one"], *two["two"]]
    assert lists.planned(two, [*here, *range(300, 310)]) == ({"new": 10}, [])
    assert lists.planned(two, [*here, *range(300, 305)]) == ({"one": 100}, [])
    assert lists.planned(two, here) == ({}, [])
    # a slice that must be written anyway is filled up first, the fullest before others
    assert lists.planned(two, [*here[1:], *range(300, 304)]) == ({"one": 98}, [])
    assert lists.planned(two, [*here[1:], *range(300, 310)]) == ({"one": 100, "two": 99}, [])
    assert lists.planned(two, [*here[1:], *range(300, 315)]) == ({"one": 100, "new": 9}, [])
    uneven = {"one": range(50), "two": range(100, 190)}
    assert lists.planned(uneven, [*range(50), *range(100, 190), 300]) == ({"two": 91}, [])
    # no more than a hundred in each
    assert lists.planned({}, range(250)) == ({"new": 50}, [])
    assert lists.planned(two, range(95)) == ({}, ["two"])
    assert lists.planned(two, [*range(95), *range(300, 310)]) == ({"two": 10}, [])


def test_each_slice_holds_a_hundred():
    """EndpointSlices, "EndpointSlice API": "no more than 100 endpoints each"; Service, "EndpointSlices": a new one
    "once the existing EndpointSlices all contain at least 100 endpoints"."""
    lists = Lists()
    ports = ports_of(lists.pod, lists.service)
    kept, _ = plan([], {ports: {f"uid-{number}": lists.endpoint(number) for number in range(250)}})
    assert [len(each.endpoints) for each in kept] == [100, 100, 50]
    kept, _ = plan([], {ports: {f"uid-{number}": lists.endpoint(number) for number in range(100)}})
    assert [len(each.endpoints) for each in kept] == [100]


def test_endpoints_written_by_hand_are_mirrored():
    """EndpointSlices, "EndpointSlice mirroring": "the cluster's control plane mirrors most Endpoints resources to
    corresponding EndpointSlices"."""
    cluster = kl.Cluster(workers=1, seed=1, size=SIZE)
    service = {**SERVICE, "spec": {"ports": [{"port": 80}]}}
    subset = {"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80}]}
    endpoints = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "web"}, "subsets": [subset]}
    cluster.apply(service, endpoints)
    cluster.settle()
    (held,) = slices(cluster)
    assert held.endpoints[0].addresses == ["192.0.2.1"]
    assert held.metadata.labels["endpointslice.kubernetes.io/managed-by"] == "endpointslicemirroring-controller.k8s.io"
