import pytest
from admitted import faults, new, refused, stored, template

from kubelab.api.validation.job_policies import IndexesError, intervals

UID, NAME = "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"


def spec(**fields):
    return {"template": {"spec": template("Never")["spec"]}, **fields}


def indexed(**fields):
    return spec(completionMode="Indexed", completions=5, **fields)


def test_a_job_selects_by_its_own_uid():
    made = new("job", spec=spec())
    uid = made["metadata"]["uid"]
    labels = {"controller-uid": uid, UID: uid, "job-name": "web", NAME: "web"}
    assert made["spec"]["selector"] == {"matchLabels": {UID: uid}}
    assert made["spec"]["template"]["metadata"]["labels"] == labels
    assert made["metadata"]["labels"] == labels
    assert made["status"] == {}


def test_a_jobs_own_labels_stay():
    assert new("job", meta={"labels": {"a": "b"}}, spec=spec())["metadata"]["labels"] == {"a": "b"}


def test_a_job_has_its_whole_name_before_its_pods_are_labelled():
    made = new("job", meta={"name": "", "generateName": "web-"}, spec=spec())
    name = made["metadata"]["name"]
    assert name.startswith("web-")
    assert made["spec"]["template"]["metadata"]["labels"][NAME] == name


def test_a_job_is_filled_in():
    filled = new("job", spec=spec())["spec"]
    assert (filled["completions"], filled["parallelism"], filled["backoffLimit"]) == (1, 1, 6)
    assert (filled["completionMode"], filled["suspend"], filled["manualSelector"]) == ("NonIndexed", False, False)
    assert filled["podReplacementPolicy"] == "TerminatingOrFailed"
    assert "completions" not in new("job", spec=spec(parallelism=3))["spec"]
    assert new("job", spec=indexed(backoffLimitPerIndex=1))["spec"]["backoffLimit"] == 2**31 - 1


def test_whoever_labels_a_job_by_hand_must_do_it_right():
    labelled = {"metadata": {"labels": {"job-name": "other"}}, "spec": template("Never")["spec"]}
    assert faults("job", spec={"template": labelled}) == [
        "spec.template.metadata.labels[job-name]",
    ]
    selector = {"matchLabels": {"mine": "1"}}
    assert faults("job", spec=spec(selector=selector)) == ["spec.selector", "spec.template.metadata.labels"]
    manual = {"metadata": {"labels": {"mine": "1"}}, "spec": template("Never")["spec"]}
    assert faults("job", spec={"template": manual, "selector": selector, "manualSelector": True}) == []
    assert faults("job", spec={"template": manual, "manualSelector": True}) == [
        "spec.selector",
        "spec.template.metadata.labels",
    ]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"parallelism": -1, "completions": -1}, ["spec.parallelism", "spec.completions"]),
        ({"ttlSecondsAfterFinished": -1, "backoffLimit": -1}, ["spec.backoffLimit", "spec.ttlSecondsAfterFinished"]),
        ({"completionMode": "Random"}, ["spec.completionMode"]),
        ({"completionMode": "Indexed", "parallelism": 1}, ["spec.completions"]),
        ({"backoffLimitPerIndex": 1}, ["spec.backoffLimitPerIndex"]),
        ({"maxFailedIndexes": 1}, ["spec.backoffLimitPerIndex", "spec.maxFailedIndexes"]),
        ({"managedBy": "me"}, ["spec.managedBy"]),
        ({"managedBy": "example.com/" + "a" * 60}, ["spec.managedBy"]),
        ({"managedBy": "example.com/queue"}, []),
        ({"podReplacementPolicy": "Never"}, ["spec.podReplacementPolicy"]),
        ({"successPolicy": {"rules": [{"succeededCount": 1}]}}, ["spec.successPolicy"]),
        ({"template": template()}, ["spec.template.spec.restartPolicy"]),
        ({"template": template("Sometimes")}, ["spec.template.spec.restartPolicy"]),
    ],
)
def test_what_a_job_may_not_be(fields, wrong):
    assert faults("job", spec=spec(**fields)) == wrong


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"maxFailedIndexes": 6, "backoffLimitPerIndex": 1}, ["spec.maxFailedIndexes"]),
        ({"parallelism": 100_001}, ["spec.parallelism"]),
        ({"completions": 100_001, "backoffLimitPerIndex": 1}, ["spec.maxFailedIndexes"]),
        (
            {
                "completions": 100_001,
                "backoffLimitPerIndex": 1,
                "maxFailedIndexes": 10_001,
                "parallelism": 10_001,
            },
            ["spec.parallelism", "spec.maxFailedIndexes"],
        ),
        ({"successPolicy": {"rules": []}}, ["spec.successPolicy.rules"]),
        ({"successPolicy": {"rules": [{}]}}, ["spec.successPolicy.rules[0]"]),
        ({"successPolicy": {"rules": [{"succeededIndexes": "0-2,4", "succeededCount": 4}]}}, []),
        (
            {"successPolicy": {"rules": [{"succeededIndexes": "0-1", "succeededCount": 6}]}},
            ["spec.successPolicy.rules[0].succeededCount"],
        ),
        (
            {"successPolicy": {"rules": [{"succeededIndexes": "4-2"}]}},
            ["spec.successPolicy.rules[0].succeededIndexes"],
        ),
    ],
)
def test_what_an_indexed_job_may_not_be(fields, wrong):
    assert faults("job", spec=spec(**{"completionMode": "Indexed", "completions": 5, **fields})) == wrong


def test_the_last_pod_of_an_indexed_job_must_be_a_host():
    assert faults("job", meta={"name": "a" * 62}, spec=indexed()) == ["metadata.name"]
    assert faults("job", meta={"name": "a" * 62}, spec=spec()) == []
    assert faults("job", meta={"name": "a" * 64}, spec=spec()) == ["spec.template.labels"]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        ({"action": "FailJob", "onExitCodes": {"operator": "In", "values": [1, 42]}}, []),
        ({"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}, []),
        ({"action": "Ignore"}, [""]),
        ({"action": "Explode", "onExitCodes": {"operator": "In", "values": [1]}}, [".action"]),
        ({"action": "FailIndex", "onExitCodes": {"operator": "In", "values": [1]}}, [".action"]),
        ({"action": "Count", "onExitCodes": {"operator": "In", "values": [0]}}, [".onExitCodes.values[0]"]),
        ({"action": "Count", "onExitCodes": {"operator": "Is", "values": []}}, [
            ".onExitCodes.operator",
            ".onExitCodes.values",
        ]),
        ({"action": "Count", "onExitCodes": {"operator": "In", "values": [3, 3, 1]}}, [
            ".onExitCodes.values[1]",
            ".onExitCodes.values",
        ]),
        (
            {"action": "Count", "onExitCodes": {"operator": "In", "values": [1], "containerName": "db"}},
            [".onExitCodes.containerName"],
        ),
        (
            {"action": "Count", "onPodConditions": [{"type": "a b", "status": "Maybe"}]},
            [".onPodConditions[0].type", ".onPodConditions[0].status"],
        ),
    ],
)  # fmt: skip
def test_what_a_failure_of_a_pod_may_mean(rule, wrong):
    found = faults("job", spec=spec(podFailurePolicy={"rules": [rule]}))
    assert found == [f"spec.podFailurePolicy.rules[0]{field}" for field in wrong]


def test_with_a_failure_policy_pods_are_never_restarted_in_place():
    rules = {"rules": [{"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}]}
    job = spec(podFailurePolicy=rules, template=template("OnFailure"))
    assert faults("job", spec=job) == ["spec.template.spec.restartPolicy"]
    assert new("job", spec=spec(podFailurePolicy=rules))["spec"]["podReplacementPolicy"] == "Failed"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1-2-3", 'the fragment "1-2-3" violates the requirement that an index interval can have at most two parts'),
        ("a", 'cannot convert string to integer for index: "a"'),
        ("9", 'too large index: "9"'),
        ("3,1", "non-increasing order, previous: 3, current: 1"),
        ("2-2", "non-increasing order, previous: 2, current: 2"),
    ],
)
def test_indexes_that_are_none(text, message):
    with pytest.raises(IndexesError) as caught:
        intervals(text, 9)
    assert str(caught.value).startswith(message)


def test_indexes():
    assert intervals("", 5) == []
    assert intervals("0,2-4", 5) == [(0, 0), (2, 4)]


def kept(old, **fields):
    return {**old["spec"], **fields}


def test_what_a_job_does_never_changes_and_how_fast_may():
    old = stored("job", spec=spec())
    assert faults("job", old=old, spec=kept(old, parallelism=5, suspend=True, backoffLimit=2)) == []
    assert faults("job", old=old, spec=kept(old, completions=5)) == ["spec.completions"]
    other = {**old["spec"]["template"], "spec": template("OnFailure")["spec"]}
    error = refused("job", old=old, spec=kept(old, template=other))
    assert [cause.field for cause in error.causes] == ["spec.template"]
    assert error.causes[0].message.endswith(": field is immutable")


def test_an_indexed_job_grows_with_its_parallelism():
    old = stored("job", spec=indexed(parallelism=5))
    assert faults("job", old=old, spec=kept(old, completions=7, parallelism=7)) == []
    assert faults("job", old=old, spec=kept(old, completions=7)) == ["spec.completions"]


def test_a_suspended_job_may_go_elsewhere():
    old = stored("job", spec=spec(suspend=True))
    moved = {**old["spec"]["template"], "spec": {**old["spec"]["template"]["spec"], "nodeSelector": {"disk": "ssd"}}}
    assert faults("job", old=old, spec=kept(old, template=moved)) == []
    running = {**old, "status": {"active": 1}}
    assert faults("job", old=running, spec=kept(old, template=moved)) == ["spec.template"]
    awake = stored("job", spec=spec())
    assert faults("job", old=awake, spec=kept(awake, template=moved)) != []


def over(*types, **fields):
    return {"conditions": [{"type": each, "status": "True"} for each in types], **fields}


def test_what_is_over_stays_over():
    start, end = "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"
    job = stored("job", spec=spec())
    done = over("SuccessCriteriaMet", "Complete", startTime=start, completionTime=end, succeeded=1)

    def wrong(status, before):
        old = {**job, "status": before}
        return faults("job", old=old, subresource="status", spec=job["spec"], status=status)

    assert wrong(done, {}) == []
    assert wrong({"startTime": start, "active": 1}, done) == [
        "status.conditions",
        "status.succeeded",
    ]
    assert wrong(over("Complete", startTime=start, completionTime=end), {}) == ["status.conditions"]
    assert wrong(over("Failed", "FailureTarget"), {}) == ["status.startTime"]
    assert wrong({**done, "active": 1}, {}) == ["status.active"]
    assert wrong({"startTime": start, "completionTime": end}, {}) == ["status.completionTime"]
    assert wrong({"active": 1, "ready": 2}, {}) == ["status.ready"]


def cron(**fields):
    return {"schedule": "*/5 * * * *", "jobTemplate": {"spec": spec()}, **fields}


def test_a_cron_job_is_filled_in_and_its_jobs_are_not():
    made = new("cronjob", spec=cron())
    filled = made["spec"]
    assert (filled["concurrencyPolicy"], filled["suspend"], made["status"]) == ("Allow", False, {})
    assert (filled["successfulJobsHistoryLimit"], filled["failedJobsHistoryLimit"]) == (3, 1)
    assert "backoffLimit" not in filled["jobTemplate"]["spec"]
    assert filled["jobTemplate"]["spec"]["template"]["spec"]["dnsPolicy"] == "ClusterFirst"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"schedule": ""}, ["spec.schedule"]),
        ({"schedule": "* * * *"}, ["spec.schedule"]),
        ({"schedule": "@hourly"}, []),
        ({"schedule": "60 * * * *"}, ["spec.schedule"]),
        ({"schedule": "TZ=Europe/Madrid 0 1 * * *"}, ["spec.schedule"]),
        ({"timeZone": "Europe/Madrid"}, []),
        ({"timeZone": ""}, ["spec.timeZone"]),
        ({"timeZone": "Local"}, ["spec.timeZone"]),
        ({"timeZone": "Europe/Macondo"}, ["spec.timeZone"]),
        ({"timeZone": "../etc"}, ["spec.timeZone"]),
        ({"concurrencyPolicy": "Sometimes"}, ["spec.concurrencyPolicy"]),
        ({"startingDeadlineSeconds": -1}, ["spec.startingDeadlineSeconds"]),
        ({"failedJobsHistoryLimit": -1}, ["spec.failedJobsHistoryLimit"]),
        ({"jobTemplate": {"spec": spec(selector={})}}, ["spec.jobTemplate.spec.selector"]),
        ({"jobTemplate": {"spec": spec(manualSelector=True)}}, ["spec.jobTemplate.spec.manualSelector"]),
    ],
)
def test_what_a_cron_job_may_not_be(fields, wrong):
    assert faults("cronjob", spec=cron(**fields)) == wrong


def test_the_jobs_of_a_cron_job_have_longer_names():
    assert faults("cronjob", meta={"name": "a" * 52}, spec=cron()) == []
    assert faults("cronjob", meta={"name": "a" * 53}, spec=cron()) == ["metadata.name"]


def test_the_time_zone_of_an_old_schedule_may_stay():
    old = stored("cronjob", spec=cron())
    old["spec"]["schedule"] = "TZ=UTC 0 1 * * *"
    assert faults("cronjob", old=old, spec=cron(schedule="CRON_TZ=UTC 0 2 * * *")) == []
    assert faults("cronjob", old=old, spec=cron(schedule="TZ=UTC 0 2 * * *", timeZone="UTC")) == ["spec.schedule"]
