"""What policy agents know: the policies, and the pods and namespaces that they speak of."""

from __future__ import annotations

from typing import Any

from kubelab.network.policy.rules import Compiled, Subject, compiled, named_ports

POD, NAMESPACE = "pods", "namespaces"
DNS_HOME, DNS_LABELS = "kube-system", {"k8s-app": "kube-dns"}
DNS_PORTS = (("dns", "UDP", 53), ("dns-tcp", "TCP", 53))
FINISHED = ("Succeeded", "Failed")


class View:
    """One state of that knowledge. Policies are made ready, and a pod's looked up, when a packet first asks for them.

    `number` counts the changes, so that two views can be told apart. `dns` is the address of the cluster's DNS: no pods
    stand behind it here, so it is judged itself as CoreDNS's pods would be.
    """

    def __init__(self, dns: str = "") -> None:
        self.dns = dns
        self.number = 0
        self.policies: dict[str, dict[str, Any]] = {}  # by namespace, then by name
        self.pods: dict[str, Any] = {}
        self.namespaces: dict[str, Any] = {}
        self._at: dict[str, str] = {}  # address -> key of the pod that has it
        self._compiled: dict[tuple[str, str], Compiled] = {}
        self._isolating: dict[tuple[str, str], tuple[Compiled, ...]] = {}  # by uid of the pod and direction
        self.judged: dict[Any, Any] = {}  # what was asked already since the last change

    def frozen(self) -> View:
        """The same, which stays as it is now."""
        twin = View(self.dns)
        twin.number = self.number
        twin.policies = {namespace: dict(held) for namespace, held in self.policies.items()}
        twin.pods, twin.namespaces, twin._at = dict(self.pods), dict(self.namespaces), dict(self._at)
        twin._compiled, twin._isolating = dict(self._compiled), dict(self._isolating)
        return twin

    # -- changes

    def set_policy(self, namespace: str, name: str, policy: Any) -> None:
        """A policy is there, has changed, or (None) is gone."""
        self._changed()
        held = self.policies.setdefault(namespace, {})
        held.pop(name, None)
        if policy is not None:
            held[name] = policy
        if not held:
            del self.policies[namespace]
        self._compiled.pop((namespace, name), None)
        self._isolating.clear()

    def set_pod(self, key: str, old: Any, pod: Any) -> None:
        """A pod is there, has changed, or (None) is gone. Most changes are none that matter here."""
        if old is not None and pod is not None and _facts(old) == _facts(pod):
            self.pods[key] = pod
            return
        self._changed()
        for address in _addresses(old):
            if self._at.get(address) == key:
                del self._at[address]
        for address in _addresses(pod):
            self._at[address] = key
        if old is not None:
            for direction in ("ingress", "egress"):
                self._isolating.pop((old.metadata.uid, direction), None)
        if pod is None:
            self.pods.pop(key, None)
        else:
            self.pods[key] = pod

    def set_namespace(self, name: str, namespace: Any) -> None:
        """A namespace is there, has changed, or (None) is gone."""
        self._changed()
        if namespace is None:
            self.namespaces.pop(name, None)
        else:
            self.namespaces[name] = namespace

    def forget_pods(self) -> None:
        """Without policies nobody needs to know of pods and namespaces."""
        self._changed()
        self.pods, self.namespaces, self._at = {}, {}, {}
        self._isolating.clear()

    # -- questions

    def isolating(self, namespace: str, uid: str, name: str, direction: str) -> tuple[Compiled, ...]:
        """The policies that isolate a pod in a direction, in the order of their names; none: it is not isolated."""
        if namespace not in self.policies:
            return ()
        found = self._isolating.get((uid, direction))
        if found is None:
            labels = self._labels(namespace, uid, name)
            found = tuple(
                each
                for each in (self._made_ready(namespace, held) for held in sorted(self.policies[namespace]))
                if each.rules(direction) is not None and each.pods.matches(labels)
            )
            if f"{namespace}/{name}" in self.pods:
                self._isolating[uid, direction] = found
        return found

    def subject(self, address: str) -> Subject:
        """Whoever has this address."""
        if address == self.dns:
            return Subject(address, DNS_HOME, DNS_LABELS, self._labels_of_namespace(DNS_HOME), DNS_PORTS)
        key = self._at.get(address)
        if key is None:
            return Subject(address)
        pod = self.pods[key]
        labels = self._labels_of_namespace(pod.metadata.namespace)
        return Subject(address, pod.metadata.namespace, pod.metadata.labels or {}, labels, named_ports(pod))

    def own(self, address: str, namespace: str, uid: str, name: str) -> Subject:
        """A pod of the agent's own node, of which it knows more than the API server yet does."""
        pod = self.pods.get(f"{namespace}/{name}")
        ports = named_ports(pod) if pod is not None and pod.metadata.uid == uid else ()
        return Subject(address, namespace, self._labels(namespace, uid, name), {}, ports)

    def _labels_of_namespace(self, name: str) -> dict[str, str]:
        namespace = self.namespaces.get(name)
        return (namespace.metadata.labels or {}) if namespace is not None else {}

    def _changed(self) -> None:
        self.number += 1
        self.judged.clear()

    def _labels(self, namespace: str, uid: str, name: str) -> dict[str, str]:
        pod = self.pods.get(f"{namespace}/{name}")
        return (pod.metadata.labels or {}) if pod is not None and pod.metadata.uid == uid else {}

    def _made_ready(self, namespace: str, name: str) -> Compiled:
        found = self._compiled.get((namespace, name))
        if found is None:
            found = self._compiled[namespace, name] = compiled(self.policies[namespace][name])
        return found

    def __deepcopy__(self, memo: dict[int, Any]) -> View:
        twin = memo[id(self)] = self.frozen()
        return twin

    def __repr__(self) -> str:
        count = sum(len(held) for held in self.policies.values())
        return f"View: {count} policies, {len(self.pods)} pods, change {self.number}"


def _facts(pod: Any) -> tuple[Any, ...]:
    return pod.metadata.uid, pod.metadata.labels, _addresses(pod)


def _addresses(pod: Any) -> list[str]:
    """The addresses by which policies know a pod: none in its host's network, nor once it has finished."""
    if pod is None or pod.spec.hostNetwork or pod.status is None or pod.status.phase in FINISHED:
        return []
    return [each.ip for each in pod.status.podIPs or () if each.ip] or ([pod.status.podIP] if pod.status.podIP else [])
