"""Jobs: pods that run to their end, counted each once, replaced when they fail, until the Job is over."""

import functools
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lightkube.models import core_v1

import kubelab as kl
from kubelab.api.objects import is_active
from kubelab.control_plane.controller_manager.job.backoff import Backoff
from kubelab.control_plane.controller_manager.job.indexes import Indexes
from kubelab.control_plane.controller_manager.job.pods import TRACKING
from kubelab.timings import Timings

WELL = ["sh", "-c", "sleep 5"]
BADLY = ["sh", "-c", "sleep 2; exit 3"]


def job(command, name="sum", policy="Never", grace=1, **spec):
    container = {"name": "c", "image": "busybox", "command": command}
    template = {"spec": {"restartPolicy": policy, "terminationGracePeriodSeconds": grace, "containers": [container]}}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"template": template, **spec},
    }


def started(manifest, seconds=0.0, seed=1):
    cluster = kl.Cluster(workers=3, seed=seed)
    cluster.apply(manifest)
    return cluster.run(seconds)


def status(cluster, name="sum"):
    return cluster.api.get("jobs", name).status


def conditions(cluster, name="sum"):
    return [(held.type, held.status, held.reason) for held in status(cluster, name).conditions or ()]


def pods(cluster):
    return cluster.api.list("pods", "default")


def said(cluster, name="sum"):
    """Type and reason of the events about a Job, in order, and how often."""
    events = [held for held in cluster.api.list("events", "default") if held.involvedObject.name == name]
    events.sort(key=lambda held: int(held.metadata.name.rpartition(".")[2], 16))
    return [(held.reason, held.count) for held in events]


def made(cluster):
    """When each pod was made, in seconds."""
    return [
        round(entry.time, 1)
        for entry in cluster.journal
        if entry.actor == "job-controller" and entry.verb == "create" and entry.object.startswith("pods/")
    ]


def test_it_is_complete_when_as_many_pods_have_succeeded_as_are_wanted():
    cluster = started(job(WELL, completions=3, parallelism=2), 3)
    assert (status(cluster).active, status(cluster).ready, status(cluster).succeeded) == (2, 2, None)
    cluster.run(6)
    assert (status(cluster).active, status(cluster).succeeded) == (1, 2)
    cluster.settle()
    held = status(cluster)
    assert (held.active, held.ready, held.succeeded, held.failed, held.terminating) == (None, 0, 3, None, 0)
    assert conditions(cluster) == [
        ("SuccessCriteriaMet", "True", "CompletionsReached"),
        ("Complete", "True", "CompletionsReached"),
    ]
    assert held.completionTime == held.conditions[-1].lastTransitionTime
    assert said(cluster) == [("SuccessfulCreate", 1)] * 3 + [("Completed", 1)]


def test_pods_are_counted_by_their_finalizer_and_stay_without_it():
    cluster = started(job(WELL), 3)
    assert [held.metadata.finalizers for held in pods(cluster)] == [[TRACKING]]
    cluster.settle()
    assert [(held.status.phase, held.metadata.finalizers) for held in pods(cluster)] == [("Succeeded", None)]


def test_without_completions_it_ends_with_the_first_success():
    cluster = started(job(WELL, parallelism=3))
    cluster.settle()
    assert status(cluster).succeeded == 3
    assert conditions(cluster)[-1][0] == "Complete"


def test_failed_pods_are_replaced_later_and_later_until_the_limit():
    cluster = started(job(BADLY, backoffLimit=3))
    cluster.settle()
    times = made(cluster)
    assert len(times) == 4
    waits = [later - earlier - 2 for earlier, later in pairwise(times)]
    assert waits == [pytest.approx(10, abs=1.5), pytest.approx(20, abs=1.5), pytest.approx(40, abs=1.5)]
    assert status(cluster).failed == 4
    assert conditions(cluster) == [
        ("FailureTarget", "True", "BackoffLimitExceeded"),
        ("Failed", "True", "BackoffLimitExceeded"),
    ]
    assert said(cluster)[-1] == ("BackoffLimitExceeded", 1)


def test_a_success_ends_the_waiting_for_what_failed_before():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    failed, succeeded = ended(now), ended(now + timedelta(seconds=5))
    backoff = Backoff().after([], [failed, failed])
    assert backoff.remaining(now + timedelta(seconds=4), Timings()) == 16
    assert backoff.after([succeeded], []).remaining(now, Timings()) == 0
    assert backoff.after([succeeded], [ended(now + timedelta(seconds=9)), failed]).failures == 1


def test_the_delay_grows_no_longer_than_ten_minutes():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert [Backoff(number, now).remaining(now, Timings()) for number in (1, 2, 6, 7, 30)] == [10, 20, 320, 600, 600]


def ended(when):
    """A pod whose container ended then."""
    state = core_v1.ContainerState(terminated=core_v1.ContainerStateTerminated(exitCode=0, finishedAt=when))
    held = core_v1.ContainerStatus(image="", imageID="", name="c", ready=False, restartCount=0, state=state)
    return core_v1.Pod(status=core_v1.PodStatus(containerStatuses=[held]))


def test_restarts_of_containers_count_where_pods_are_not_replaced():
    cluster = started(job(BADLY, policy="OnFailure", backoffLimit=2))
    cluster.run(120)
    assert conditions(cluster)[-1] == ("Failed", "True", "BackoffLimitExceeded")
    assert said(cluster) == [("SuccessfulCreate", 1), ("SuccessfulDelete", 1), ("BackoffLimitExceeded", 1)]
    assert pods(cluster) == []


def test_past_its_deadline_it_deletes_its_pods_and_fails():
    cluster = started(job(["sleep", "1000"], completions=3, parallelism=2, activeDeadlineSeconds=6), 5.5)
    assert status(cluster).active == 2
    cluster.run(10)
    assert status(cluster).failed == 2
    assert [held[::2] for held in conditions(cluster)] == [
        ("FailureTarget", "DeadlineExceeded"),
        ("Failed", "DeadlineExceeded"),
    ]
    assert pods(cluster) == []


def test_it_has_failed_only_when_its_last_pod_is_over():
    cluster = started(job(["sleep", "1000"], grace=8, activeDeadlineSeconds=5), 9)
    assert [held[0] for held in conditions(cluster)] == ["FailureTarget"]
    assert (status(cluster).terminating, status(cluster).failed) == (1, 1)
    cluster.run(10)
    assert [held[0] for held in conditions(cluster)] == ["FailureTarget", "Failed"]


def test_each_pod_of_an_indexed_job_knows_its_index():
    cluster = started(job(WELL, completions=3, parallelism=3, completionMode="Indexed"), 3)
    for index, pod in enumerate(pods(cluster)):
        assert pod.metadata.name.startswith(f"sum-{index}-")
        assert pod.spec.hostname == f"sum-{index}"
        assert pod.metadata.annotations["batch.kubernetes.io/job-completion-index"] == str(index)
        assert pod.metadata.labels["batch.kubernetes.io/job-completion-index"] == str(index)
        variable = pod.spec.containers[0].env[0]
        assert variable.name == "JOB_COMPLETION_INDEX"
        assert variable.valueFrom.fieldRef.fieldPath == "metadata.labels['batch.kubernetes.io/job-completion-index']"
    cluster.settle()
    assert (status(cluster).completedIndexes, status(cluster).succeeded) == ("0-2", 3)


def test_an_index_that_fails_too_often_does_not_stop_the_others():
    cluster = started(job(BADLY, completions=2, parallelism=2, completionMode="Indexed", backoffLimitPerIndex=1))
    cluster.run(8)
    assert (status(cluster).failed, status(cluster).failedIndexes) == (None, "")
    cluster.settle()
    counts = [held.metadata.annotations["batch.kubernetes.io/job-index-failure-count"] for held in pods(cluster)]
    assert sorted(counts) == ["0", "0", "1", "1"]
    assert (status(cluster).failed, status(cluster).failedIndexes) == (4, "0,1")
    assert conditions(cluster)[-1] == ("Failed", "True", "FailedIndexes")


def test_too_many_failed_indexes_end_the_job():
    spec = {"completions": 4, "parallelism": 2, "completionMode": "Indexed", "backoffLimitPerIndex": 0}
    cluster = started(job(BADLY, **spec, maxFailedIndexes=1))
    cluster.settle()
    assert conditions(cluster)[-1] == ("Failed", "True", "MaxFailedIndexesExceeded")
    assert status(cluster).failedIndexes == "0,1"


def test_enough_indexes_are_enough_by_the_success_policy():
    rules = [{"succeededIndexes": "0,2-3", "succeededCount": 1}]
    spec = {"completions": 4, "parallelism": 1, "completionMode": "Indexed", "successPolicy": {"rules": rules}}
    cluster = started(job(WELL, **spec))
    cluster.settle()
    assert conditions(cluster) == [
        ("SuccessCriteriaMet", "True", "SuccessPolicy"),
        ("Complete", "True", "SuccessPolicy"),
    ]
    assert (status(cluster).completedIndexes, len(pods(cluster))) == ("0", 1)
    assert status(cluster).conditions[0].message == "Matched rules at index 0"


def policy(action, **rule):
    return {"rules": [{"action": action, **rule}]}


def exits(*codes):
    return {"onExitCodes": {"operator": "In", "values": list(codes)}}


def test_an_exit_code_can_fail_the_whole_job():
    cluster = started(job(BADLY, backoffLimit=6, podFailurePolicy=policy("FailJob", **exits(3))))
    cluster.settle()
    assert conditions(cluster)[-1] == ("Failed", "True", "PodFailurePolicy")
    name = pods(cluster)[0].metadata.name
    message = f"Container c for pod default/{name} failed with exit code 3 matching FailJob rule at index 0"
    assert status(cluster).conditions[0].message == message


def test_an_ignored_failure_is_not_counted():
    cluster = started(job(BADLY, backoffLimit=0, podFailurePolicy=policy("Ignore", **exits(3))), 40)
    assert status(cluster).failed is None
    assert conditions(cluster) == []
    assert len(pods(cluster)) > 1


def test_an_evicted_pod_can_be_forgiven():
    rule = {"onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    cluster = started(job(["sleep", "60"], backoffLimit=0, podFailurePolicy=policy("Ignore", **rule)), 5)
    cluster.api.evict(pods(cluster)[0].metadata.name, "default")
    cluster.run(100)
    assert conditions(cluster)[-1][0] == "Complete"
    assert status(cluster).failed is None


def test_an_index_can_be_given_up_at_once():
    spec = {"completions": 2, "parallelism": 2, "completionMode": "Indexed", "backoffLimitPerIndex": 5}
    cluster = started(job(BADLY, **spec, podFailurePolicy=policy("FailIndex", **exits(3))))
    cluster.settle()
    assert (status(cluster).failedIndexes, len(pods(cluster))) == ("0,1", 2)


def test_a_suspended_job_has_no_pods_and_no_start():
    cluster = started(job(WELL, suspend=True), 3)
    assert pods(cluster) == []
    assert status(cluster).startTime is None
    assert conditions(cluster) == [("Suspended", "True", "JobSuspended")]
    cluster.api.patch("jobs", "sum", {"spec": {"suspend": False}})
    cluster.settle()
    assert [held[0] for held in conditions(cluster)] == ["Suspended", "SuccessCriteriaMet", "Complete"]
    assert said(cluster) == [("Suspended", 1), ("SuccessfulCreate", 1), ("Resumed", 1), ("Completed", 1)]


def test_suspending_deletes_the_pods_and_counts_none_as_failed():
    cluster = started(job(["sleep", "100"], parallelism=2, completions=2), 5)
    cluster.api.patch("jobs", "sum", {"spec": {"suspend": True}})
    cluster.run(5)
    assert pods(cluster) == []
    assert (status(cluster).active, status(cluster).failed, status(cluster).startTime) == (None, None, None)
    assert said(cluster)[-1] == ("Suspended", 1)


def test_less_parallelism_deletes_pods():
    cluster = started(job(["sleep", "100"], parallelism=3, completions=5), 5)
    cluster.api.patch("jobs", "sum", {"spec": {"parallelism": 1}})
    cluster.run(5)
    assert (status(cluster).active, status(cluster).failed) == (1, None)
    assert said(cluster).count(("SuccessfulDelete", 1)) == 2


def test_a_pod_that_somebody_deleted_counts_as_failed_and_is_replaced_when_told_to_go():
    cluster = started(job(["sleep", "100"], grace=20), 5)
    cluster.api.delete("pods", pods(cluster)[0].metadata.name)
    cluster.run(15)
    assert status(cluster).failed == 1
    assert len(pods(cluster)) == 2


def test_with_the_policy_failed_it_is_replaced_when_it_is_over():
    cluster = started(job(["sleep", "100"], grace=20, podReplacementPolicy="Failed"), 5)
    cluster.api.delete("pods", pods(cluster)[0].metadata.name)
    cluster.run(15)
    assert (status(cluster).failed, status(cluster).terminating, len(pods(cluster))) == (None, 1, 1)
    cluster.run(30)
    assert (status(cluster).failed, status(cluster).active) == (1, 1)


def test_a_job_that_others_manage_is_left_alone():
    cluster = started(job(WELL, managedBy="example.com/queue"), 5)
    assert pods(cluster) == []


def test_a_finished_job_goes_when_its_time_is_over_and_its_pods_with_it():
    cluster = started(job(WELL, ttlSecondsAfterFinished=30))
    cluster.settle()
    assert conditions(cluster)[-1][0] == "Complete"
    done = cluster.now
    cluster.run(20)
    assert len(cluster.api.list("jobs")) == 1
    cluster.run(15)
    assert cluster.api.list("jobs") == []
    assert pods(cluster) == []
    assert cluster.now - done < 40


def test_deleting_a_job_lets_its_pods_go():
    cluster = started(job(["sleep", "100"], parallelism=2), 5)
    cluster.kubectl("delete job sum")
    cluster.run(10)
    assert pods(cluster) == []


@pytest.mark.parametrize("policy", [None, "Orphan"])
def test_orphaned_pods_run_on_without_the_finalizer(policy):
    cluster = started(job(["sleep", "100"]), 5)
    cluster.api.delete("jobs", "sum", propagation_policy=policy)
    cluster.run(5)
    assert cluster.api.list("jobs") == []
    assert [(held.status.phase, held.metadata.finalizers, held.metadata.ownerReferences) for held in pods(cluster)] == [
        ("Running", None, None)
    ]


def test_an_orphan_is_adopted_with_a_finalizer():
    own = {"selector": {"matchLabels": {"app": "sum"}}, "manualSelector": True}
    manifest = job(["sleep", "100"], parallelism=2, completions=2, **own)
    manifest["spec"]["template"]["metadata"] = {"labels": {"app": "sum"}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lone", "labels": {"app": "sum"}}}
    cluster = started({**pod, "spec": manifest["spec"]["template"]["spec"]}, 3)
    cluster.apply(manifest)
    cluster.run(5)
    lone = cluster.api.get("pods", "lone")
    assert lone.metadata.ownerReferences[0].kind == "Job"
    assert lone.metadata.finalizers == [TRACKING]
    assert len(pods(cluster)) == 2


def test_a_job_that_is_over_or_suspended_needs_no_work():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(job(WELL), job(WELL, name="later", suspend=True))
    cluster.settle()
    before = len(list(cluster.journal))
    cluster.run(86_400)
    assert len(list(cluster.journal)) == before


# -- whoever restarts, whenever

MIXED = (
    job(WELL, name="many", completions=4, parallelism=2),
    job(WELL, name="parts", completions=3, parallelism=2, completionMode="Indexed"),
    job(BADLY, name="bad", backoffLimit=1),
    job(["sleep", "500"], name="slow", activeDeadlineSeconds=8, parallelism=2),
)


def shape(cluster):
    numbers = ("active", "ready", "terminating", "succeeded", "completedIndexes")
    found = {}
    for held in cluster.api.list("jobs"):
        ends = [(condition.type, condition.reason) for condition in held.status.conditions or ()]
        counts = [getattr(held.status, field) for field in numbers]
        failed = held.status.failed if held.metadata.name != "slow" else 2
        found[held.metadata.name] = (ends, counts, failed)
    tracked = [held.metadata.name for held in pods(cluster) if held.metadata.finalizers]
    return found, tracked, [held.metadata.name for held in pods(cluster) if is_active(held)]


@functools.cache
def undisturbed():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(*MIXED)
    cluster.run(120)
    return shape(cluster)


PROCESSES = ["kube-controller-manager", "kube-apiserver", "etcd", "kube-scheduler"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    process=st.sampled_from(PROCESSES),
    instants=st.lists(st.floats(0, 16, allow_nan=False).map(lambda at: round(at, 3)), min_size=1, max_size=2),
    away=st.sampled_from([0.0, 0.01, 1.0]),
)
def test_any_part_of_the_master_may_restart_at_any_instant(process, instants, away):
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(*MIXED)
    for instant in sorted(instants):
        cluster.run(until=max(instant, cluster.now))
        cluster.stop(process)
        cluster.run(away)
        cluster.start(process)
    cluster.run(160)
    assert shape(cluster) == undisturbed()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(instant=st.floats(0, 16, allow_nan=False))
def test_a_fork_in_the_middle_lives_on_in_the_same_way(instant):
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(*MIXED)
    cluster.run(until=max(instant, cluster.now))
    twin = cluster.fork()
    cluster.run(100)
    twin.run(100)
    assert twin.journal.digest() == cluster.journal.digest()


@settings(max_examples=200, deadline=None)
@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)), st.integers(0, 10), st.integers(0, 45))
def test_intervals_of_indexes_are_sets(one, other, count, completions):
    a, b = Indexes.of(one), Indexes.of(other)
    assert [index for index in range(50) if index in a] == sorted(one)
    assert a | b == Indexes.of(one | other)
    assert a.shared(b) == len(one & other)
    assert a.total == len(one)
    assert Indexes.parsed(str(a), 41) == a
    assert Indexes.parsed(str(a), completions) == Indexes.of(index for index in one if index < completions)
    assert a.missing(count, completions) == [index for index in range(completions) if index not in one][:count]
