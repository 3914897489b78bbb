"""CronJobs: a Job at each due instant, no more and no fewer than the policies say; and the schedules themselves."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kubelab as kl
from kubelab.api.cron import ScheduleError, parse

START = datetime(2026, 1, 1, tzinfo=UTC)


def cron_job(schedule="* * * * *", command=("sh", "-c", "sleep 3"), **spec):
    container = {"name": "c", "image": "busybox", "command": list(command)}
    pod = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [container]}
    template = {"spec": {"template": {"spec": pod}, "backoffLimit": 0}}
    spec = {"schedule": schedule, "jobTemplate": template, **spec}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "tick"}, "spec": spec}


def started(manifest, seconds=0.0):
    cluster = kl.Cluster(workers=2, seed=1)
    cluster.apply(manifest)
    return cluster.run(seconds)


def status(cluster):
    return cluster.api.get("cronjobs", "tick").status


def jobs(cluster):
    return [held.metadata.name for held in cluster.api.list("jobs")]


def minute(number):
    """The name of the Job of a minute after the start."""
    return f"tick-{int(START.timestamp()) // 60 + number}"


def said(cluster):
    events = [held for held in cluster.api.list("events", "default") if held.involvedObject.kind == "CronJob"]
    events.sort(key=lambda held: int(held.metadata.name.rpartition(".")[2], 16))
    return [held.reason for held in events]


def test_a_job_is_made_just_after_each_due_instant():
    cluster = started(cron_job(), 60.05)
    assert jobs(cluster) == []
    cluster.run(1)
    assert jobs(cluster) == [minute(1)]
    job = cluster.api.get("jobs", minute(1))
    assert job.metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] == "2026-01-01T00:01:00Z"
    assert job.metadata.ownerReferences[0].kind == "CronJob"
    assert [held.name for held in status(cluster).active] == [minute(1)]
    assert status(cluster).lastScheduleTime == START + timedelta(minutes=1)
    cluster.run(15)
    assert status(cluster).active is None
    assert status(cluster).lastSuccessfulTime == cluster.api.get("jobs", minute(1)).status.completionTime
    assert said(cluster) == ["SuccessfulCreate", "SawCompletedJob"]


def test_old_jobs_go_with_their_pods():
    cluster = started(cron_job(successfulJobsHistoryLimit=2), 330)
    assert jobs(cluster) == [minute(4), minute(5)]
    assert sorted(held.metadata.labels["job-name"] for held in cluster.api.list("pods")) == [minute(4), minute(5)]
    assert said(cluster).count("SuccessfulDelete") == 3


def test_failed_jobs_have_a_limit_of_their_own():
    cluster = started(cron_job(command=("sh", "-c", "exit 1")), 200)
    assert jobs(cluster) == [minute(3)]


@pytest.mark.parametrize(
    ("policy", "running", "reason"),
    [("Allow", 3, "SuccessfulCreate"), ("Forbid", 1, "JobAlreadyActive"), ("Replace", 1, "SuccessfulDelete")],
)
def test_whether_jobs_may_overlap_is_a_policy(policy, running, reason):
    cluster = started(cron_job(command=("sleep", "1000"), concurrencyPolicy=policy), 185)
    assert len(jobs(cluster)) == len(status(cluster).active) == running
    assert reason in said(cluster)
    assert jobs(cluster)[-1] == (minute(1) if policy == "Forbid" else minute(3))


def test_a_suspended_one_makes_nothing_and_afterwards_only_the_newest():
    cluster = started(cron_job(suspend=True), 200)
    assert jobs(cluster) == []
    cluster.api.patch("cronjobs", "tick", {"spec": {"suspend": False}})
    cluster.run(1)
    assert jobs(cluster) == [minute(3)]


def test_too_late_is_too_late():
    cluster = started(cron_job("*/10 * * * *", startingDeadlineSeconds=20), 590)
    cluster.stop("kube-controller-manager")
    cluster.run(60)
    cluster.start("kube-controller-manager")
    cluster.run(30)
    assert jobs(cluster) == []
    cluster.run(600)
    assert jobs(cluster) == [minute(20)]


def test_what_was_missed_is_made_up_for_once_and_too_much_is_said():
    cluster = started(cron_job(), 30)
    cluster.stop("kube-controller-manager")
    cluster.run(60 * 150)
    cluster.start("kube-controller-manager")
    cluster.run(2)
    assert jobs(cluster) == [minute(150)]
    assert said(cluster) == ["TooManyMissedTimes", "SuccessfulCreate"]


def test_the_schedule_is_read_in_its_time_zone():
    cluster = started(cron_job("30 9 * * *", timeZone="Europe/Madrid"), 8 * 3600 + 29 * 60)
    assert jobs(cluster) == []
    cluster.run(61)
    stamp = cluster.api.get("jobs", minute(510)).metadata.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"]
    assert stamp == "2026-01-01T09:30:00+01:00"


def test_another_schedule_counts_from_now_on():
    cluster = started(cron_job("0 0 1 1 *"), 30)
    cluster.api.patch("cronjobs", "tick", {"spec": {"schedule": "*/2 * * * *"}})
    cluster.run(95)
    assert jobs(cluster) == [minute(2)]


def test_a_job_that_was_deleted_is_missed_and_not_made_again():
    cluster = started(cron_job(command=("sleep", "1000")), 62)
    cluster.api.delete("jobs", minute(1), propagation_policy="Background")
    cluster.run(5)
    assert status(cluster).active is None
    assert said(cluster)[-1] == "MissingJob"
    assert jobs(cluster) == []


def test_between_due_instants_nothing_is_done():
    cluster = started(cron_job("0 12 * * *"))
    cluster.settle()
    assert cluster.now < 1
    before = len(list(cluster.journal))
    cluster.run(11 * 3600)
    assert len(list(cluster.journal)) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    process=st.sampled_from(["kube-controller-manager", "kube-apiserver", "etcd"]),
    instant=st.floats(55, 75, allow_nan=False).map(lambda at: round(at, 3)),
    away=st.sampled_from([0.0, 0.01, 2.0]),
)
def test_no_job_is_lost_or_made_twice_whoever_restarts(process, instant, away):
    cluster = started(cron_job(successfulJobsHistoryLimit=10), instant)
    cluster.stop(process)
    cluster.run(away)
    cluster.start(process)
    cluster.run(until=150)
    assert jobs(cluster) == [minute(1), minute(2)]
    assert status(cluster).active is None
    assert status(cluster).lastScheduleTime == START + timedelta(minutes=2)
    assert status(cluster).lastSuccessfulTime == cluster.api.get("jobs", minute(2)).status.completionTime


# -- schedules


def following(schedule, count=3, zone=None, start=START):
    found, moment, parsed = [], start, parse(schedule, zone)
    for _ in range(count):
        moment = parsed.next(moment)
        found.append(moment.strftime("%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        ("*/20 * * * *", ["01-01 00:20", "01-01 00:40", "01-01 01:00"]),
        ("5,35 8-9 * * *", ["01-01 08:05", "01-01 08:35", "01-01 09:05"]),
        ("10/25 * * * *", ["01-01 00:10", "01-01 00:35", "01-01 01:10"]),
        ("0 0 * * MON-wed", ["01-05 00:00", "01-06 00:00", "01-07 00:00"]),
        ("0 0 13 * fri", ["01-02 00:00", "01-09 00:00", "01-13 00:00"]),
        ("0 0 */10 * fri", ["01-02 00:00", "01-09 00:00", "01-11 00:00"]),
        ("0 6 ? FEB *", ["02-01 06:00", "02-02 06:00", "02-03 06:00"]),
        ("@hourly", ["01-01 01:00", "01-01 02:00", "01-01 03:00"]),
        ("@weekly", ["01-04 00:00", "01-11 00:00", "01-18 00:00"]),
        ("@every 1h30m", ["01-01 01:30", "01-01 03:00", "01-01 04:30"]),
        ("CRON_TZ=Asia/Tokyo 0 9 * * *", ["01-02 00:00", "01-03 00:00", "01-04 00:00"]),
    ],
)
def test_when_a_schedule_is_due(schedule, wanted):
    assert following(schedule) == wanted


def test_summer_time_skips_an_hour_and_winter_time_repeats_one():
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert following("30 2 * * *", 2, "Europe/Madrid", spring) == ["03-30 00:30", "03-31 00:30"]
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert following("30 2 * * *", 3, "Europe/Madrid", autumn) == ["10-25 00:30", "10-25 01:30", "10-26 01:30"]


def test_a_day_that_never_comes_is_never_due():
    assert parse("0 0 31 2 *").next(START) is None


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        ("", "empty spec string"),
        ("* * * *", "expected exactly 5 fields, found 4: [* * * *]"),
        ("60 * * * *", "end of range (60) above maximum (59): 60"),
        ("* * 0 * *", "beginning of range (0) below minimum (1): 0"),
        ("* * * * 7", "end of range (7) above maximum (6): 7"),
        ("5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"),
        ("1-2-3 * * * *", "too many hyphens: 1-2-3"),
        ("*/2/3 * * * *", "too many slashes: */2/3"),
        ("*/0 * * * *", "step of range should be a positive number: */0"),
        ("x * * * *", 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'),
        ("@never", "unrecognized descriptor: @never"),
        ("@every 5", 'failed to parse duration @every 5: time: missing unit in duration "5"'),
        ("TZ=Mars/Olympus * * * * *", "provided bad location Mars/Olympus: unknown time zone Mars/Olympus"),
    ],
)
def test_a_schedule_that_cannot_be_read_says_why(schedule, message):
    with pytest.raises(ScheduleError) as refusal:
        parse(schedule)
    assert str(refusal.value) == message


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789*/-,?@ TZ=mon", max_size=20))
def test_any_text_is_read_or_refused(text):
    try:
        moment = parse(text).next(START)
    except ScheduleError:
        return
    assert moment is None or moment > START
