"""An independent model of who reaches whom: slow, and simple enough to be seen to be right.

It knows nothing of kubelab's network, nodes or rules: it reads API objects (as they are now, and as a node that was
cut off last saw them) and which machines have power and reach each other. It answers with everything that may come of
a connection: the pods that may take it, and None where it may fail.

The rules are those of https://kubernetes.io/docs/reference/networking/virtual-ips/ ,
https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ and
https://kubernetes.io/docs/concepts/services-networking/network-policies/ . Every pod runs one program that listens on
port 80 and on no other.
"""

from ipaddress import ip_address, ip_network
from typing import NamedTuple

LISTENS = 80
DNS = ("10.96.0.10", 53, "UDP")


class World:
    """What the API holds at one moment."""

    def __init__(self, cluster):
        self.pods = list(cluster.api.list("pods"))
        self.services = list(cluster.api.list("services"))
        self.policies = list(cluster.api.list("networkpolicies"))
        self.namespaces = {each.metadata.name: each.metadata.labels or {} for each in cluster.api.list("namespaces")}
        self.nodes = {
            each.metadata.name: next(a.address for a in each.status.addresses if a.type == "InternalIP")
            for each in cluster.api.list("nodes")
        }


class Client(NamedTuple):
    """Who connects: a pod on a node, a machine, or (both None) somebody outside."""

    address: str
    node: str | None = None
    pod: object = None


class Model:
    """`now` is how things are; `seen` is what each node that hears nothing any more last saw."""

    def __init__(self, cluster, seen):
        self.now, self.seen, self.machines = World(cluster), seen, cluster.machines

    def view(self, node):
        return self.seen.get(node, self.now)

    # -- clients

    def pod(self, pod):
        return Client(pod.status.podIP, pod.spec.nodeName, pod)

    def machine(self, name):
        return Client(self.now.nodes[name], name)

    # -- what may come of a connection

    def to_address(self, client, address, port):
        """To a Service's cluster IP or a pod's own address."""
        world = self.view(client.node)
        service = next((each for each in world.services if each.spec.clusterIP == address), None)
        if service is None:
            return {self.arrives(client, client.node, address, port, client.address)}
        named = next((each for each in service.spec.ports if each.port == port), None)
        ends = self.endpoints(world, service, named) if named is not None else []
        if service.spec.internalTrafficPolicy == "Local":
            ends = [end for end in ends if end[2] == client.node]
        return {self.arrives(client, client.node, end, number, client.address) for end, number, _ in ends} or {None}

    def to_node_port(self, client, node, port):
        """From outside to a port of a node."""
        if not (self.machines[node].powered and self.machines[node].connected):
            return {None}
        world = self.view(node)
        for service in world.services:
            for named in service.spec.ports or ():
                if named.nodePort != port:
                    continue
                ends = self.endpoints(world, service, named)
                source = self.now.nodes[node]
                if service.spec.externalTrafficPolicy == "Local":
                    ends = [end for end in ends if end[2] == node]
                    source = client.address
                return {self.arrives(client, node, end, number, source) for end, number, _ in ends} or {None}
        return {None}

    def to_headless(self, client, namespace, name, port):
        """By the name of a headless Service: the DNS answers with the addresses of its ready pods."""
        if client.pod is not None and not self.allowed(client.node, client.pod, "Egress", *DNS):
            return {None}
        if not self.reach(client.node, "master") and not self.machines[client.node].connected:
            return {None}
        service = next(
            each for each in self.now.services if (each.metadata.namespace, each.metadata.name) == (namespace, name)
        )
        found = [pod.status.podIP for pod in self.selected(self.now, service) if ready(pod)]
        return {self.arrives(client, client.node, address, port, client.address) for address in found} or {None}

    # -- Services

    def selected(self, world, service):
        if not service.spec.selector:
            return []
        return [
            pod
            for pod in world.pods
            if pod.metadata.namespace == service.metadata.namespace
            and chosen(pod.metadata.labels, service.spec.selector)
            and pod.status.podIP
        ]

    def endpoints(self, world, service, named):
        """Address, port and node of each ready endpoint of a Service's port."""
        found = []
        for pod in self.selected(world, service):
            target = named.targetPort if named.targetPort is not None else named.port
            if isinstance(target, str):
                target = number_of(pod, target, named.protocol or "TCP")
            if ready(pod) and target is not None:
                found.append((pod.status.podIP, target, pod.spec.nodeName))
        return found

    # -- from a machine to a pod

    def arrives(self, client, at, address, port, source):
        """The pod that takes a connection which is at machine `at`, and comes from there as `source`; or None."""
        target = next((pod for pod in self.now.pods if pod.status.podIP == address), None)
        if target is None:
            return None
        node = target.spec.nodeName
        if client.pod is not None and not self.allowed(client.node, client.pod, "Egress", address, port):
            return None
        if not self.reach(at, node):
            return None
        if at == node:
            source = client.address  # the node's filter comes before its masquerading
        if not self.allowed(node, target, "Ingress", source, port):
            return None
        return (target.metadata.namespace, target.metadata.name) if port == LISTENS else None

    def reach(self, one, other):
        """Whether packets from one machine arrive at another."""
        here, there = self.machines[one], self.machines[other]
        if one == other:
            return here.powered
        together = here.powered and there.powered and here.connected and there.connected
        return together and other not in here.apart

    # -- NetworkPolicies

    def allowed(self, node, pod, direction, other, port, protocol="TCP"):
        """Whether what the pod's node knows of policies lets a connection with that other end pass."""
        world = self.view(node)
        if other in (pod.status.podIP, world.nodes.get(node)):
            return True
        isolating = [
            policy
            for policy in world.policies
            if policy.metadata.namespace == pod.metadata.namespace
            and direction in types(policy)
            and selects(policy.spec.podSelector, pod.metadata.labels)
        ]
        if not isolating:
            return True
        far = next((each for each in world.pods if each.status.podIP == other), None)
        target = far if direction == "Egress" else pod
        for policy in isolating:
            rules = policy.spec.egress if direction == "Egress" else policy.spec.ingress
            for rule in rules or ():
                peers = rule.to if direction == "Egress" else rule.from_
                if any_port(rule.ports, port, protocol, target) and self.any_peer(world, policy, peers, other, far):
                    return True
        return False

    def any_peer(self, world, policy, peers, address, pod):
        if not peers:
            return True
        for peer in peers:
            if peer.ipBlock is not None:
                if ip_address(address) in ip_network(peer.ipBlock.cidr) and not any(
                    ip_address(address) in ip_network(each) for each in peer.ipBlock.except_ or ()
                ):
                    return True
                continue
            if pod is None:
                continue
            home = pod.metadata.namespace
            if peer.namespaceSelector is None:
                there = home == policy.metadata.namespace
            else:
                there = selects(peer.namespaceSelector, world.namespaces[home])
            if there and (peer.podSelector is None or selects(peer.podSelector, pod.metadata.labels)):
                return True
        return False


def types(policy):
    return policy.spec.policyTypes or (["Ingress", "Egress"] if policy.spec.egress else ["Ingress"])


def any_port(ports, number, protocol, target):
    if not ports:
        return True
    for each in ports:
        if (each.protocol or "TCP") != protocol:
            continue
        if each.port is None:
            return True
        if isinstance(each.port, str):
            if target is not None and has_port(target, each.port, protocol, number):
                return True
        elif each.port <= number <= (each.endPort or each.port):
            return True
    return False


def chosen(labels, wanted):
    return all((labels or {}).get(key) == value for key, value in wanted.items())


def selects(selector, labels):
    """`matchLabels`, and of `matchExpressions` the operators In, NotIn, Exists and DoesNotExist."""
    labels = labels or {}
    if not chosen(labels, selector.matchLabels or {}):
        return False
    for each in selector.matchExpressions or ():
        has = each.key in labels
        among = has and labels[each.key] in (each.values or ())
        if not {"In": among, "NotIn": not among, "Exists": has, "DoesNotExist": not has}[each.operator]:
            return False
    return True


def ready(pod):
    return any(each.type == "Ready" and each.status == "True" for each in pod.status.conditions or ())


def ports_of(pod):
    return [each for container in pod.spec.containers for each in container.ports or ()]


def number_of(pod, name, protocol):
    return next(
        (each.containerPort for each in ports_of(pod) if each.name == name and (each.protocol or "TCP") == protocol),
        None,
    )


def has_port(pod, name, protocol, number):
    return any(
        (each.name, each.protocol or "TCP", each.containerPort) == (name, protocol, number) for each in ports_of(pod)
    )
