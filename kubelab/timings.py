"""Every delay of the cluster, in seconds of virtual time, with Kubernetes's own default and where it is documented.

A lesson that shortens one does so in plain sight: `Cluster(timings=Timings(node_monitor_grace_period=20))`. What
Kubernetes lets nobody set stands as a constant beside the code that it belongs to: how client-go backs off and holds
back events (`client_go/`), the least grace of a pod that is deleted by force (`node/ending.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

from kubelab.arguments import checked_class


@checked_class("timings")
@dataclass(frozen=True)
class Timings:
    """The delays of one cluster.

    Those of the first group are Kubernetes's own defaults. Those of the second have no default in Kubernetes (they are
    what machines and networks take); the values are of the size that the recordings of a real cluster show.
    """

    # -- kubelet: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
    node_lease_renew_interval: float = 10.0  # a quarter of the lease's 40 s
    node_lease_duration: int = 40
    kubelet_sync: float = 10.0  # nodeStatusUpdateFrequency; also how soon a failed container is tried again
    crash_loop_backoff_initial: float = (
        10.0  # https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
    )
    crash_loop_backoff_max: float = 300.0
    crash_loop_backoff_reset: float = 600.0  # a container that ran this long starts again with the first delay
    image_pull_backoff_initial: float = 10.0  # https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
    image_pull_backoff_max: float = 300.0

    # -- kube-controller-manager: https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/
    node_monitor_period: float = 5.0
    node_monitor_grace_period: float = 50.0  # 40 s before Kubernetes 1.32
    node_startup_grace_period: float = 60.0
    default_toleration: int = 300  # of not-ready and unreachable, added to every pod by admission
    node_eviction_rate: float = 0.1  # nodes a second whose pods are evicted, per zone
    secondary_node_eviction_rate: float = 0.01  # the same in a large zone most of which is not ready
    node_eviction_period: float = 0.1  # how often that is looked at
    pod_gc_period: float = 20.0
    discovery_sync: float = 30.0  # how often the garbage collector looks for new kinds
    pod_gc_quarantine: float = 40.0  # a missing Node may still show up
    namespace_deletion_grace: float = 5.0  # objects that are being made may still arrive
    event_ttl: float = 3600.0
    resource_quota_sync_period: float = 300.0
    pv_claim_binder_sync_period: float = 15.0
    job_sync_batch: float = 1.0  # what a Job's pods do is looked at that much later, together
    job_backoff_initial: float = 10.0  # pkg/controller/job/job_controller.go
    job_backoff_max: float = 600.0  # the same; the documentation says six minutes
    metrics_resolution: float = 15.0  # how often the metrics server asks the kubelets
    metrics_fresh: float = 10.0  # a container that ran this long is told of
    autoscaler_sync_period: float = 15.0
    autoscaler_downscale_stabilization: float = 300.0
    autoscaler_cpu_initialization: float = 300.0  # of a pod that has just started, only what was used once ready counts
    autoscaler_initial_readiness: float = 30.0  # a pod that became unready this soon never was ready

    # -- kube-scheduler: https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/
    scheduler_backoff_initial: float = 1.0
    scheduler_backoff_max: float = 10.0
    scheduler_unschedulable_flush: float = 300.0

    # -- kube-proxy: https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/
    proxy_min_sync_period: float = 1.0

    # -- what real machines take
    watch_delay: float = 0.002  # API server to a watching client
    reconcile_delay: float = 0.005  # one turn of a controller's worker
    scheduling_delay: float = 0.002  # one scheduling cycle
    reconnect_delay: float = 1.0  # a client that lost the API server tries again
    sandbox_start: float = 0.3  # a pod's sandbox with its network interface
    container_start: float = 0.1
    container_stop: float = 0.1  # a container that heeds SIGTERM
    pod_cleanup: float = 0.5  # all containers have ended to the pod being gone
    load_balancer_provisioning: float = 5.0  # a cloud makes, changes or takes away a load balancer
    load_balancer_check_interval: float = 8.0  # cloud-provider-gcp, providers/gce/gce_healthchecks.go
    ingress_min_sync_period: float = 10 / 3  # an ingress controller's --sync-rate-limit is 0.3 a second
    ingress_reload: float = 1.0  # nginx reads its configuration anew
    volume_provisioning: float = 2.0  # a directory on a node is made, or cleared away, for a volume
    image_error_shown: float = 1.0  # ErrImagePull becomes ImagePullBackOff
    start_error_shown: float = 1.0  # RunContainerError, until the kubelet looks again
    image_pull_bandwidth: float = 50e6  # bytes a second
    image_pull_overhead: float = 0.5
    node_boot: float = 5.0  # power on to kubelet running
    dns_ttl: float = 30.0  # https://github.com/coredns/deployment: the `kubernetes` plugin's ttl
    hop_same_node: float = 0.0001  # one packet, one way
    hop_between_nodes: float = 0.0005
    connect_timeout: float = 1.0  # a client that gets no answer waits this long
