"""Exercises: their solutions pass, their usual wrong answers fail for the right reason, in both languages."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

import kubelab as kl
from kubelab import language
from kubelab.api.patch import merge_patch
from kubelab.lab import catalogue
from kubelab.lab.exercises import Exercise, all_names, check, hint
from kubelab.lab.trials import PASSED, TRIALS


def manifests(exercise, case):
    """The manifests of one recorded answer."""
    if "text" in case:
        return case["text"]
    drop = case.get("drop", ())
    found = [part for part in yaml.safe_load_all(exercise.start) if part["kind"] not in drop]
    found = [merge_patch(deepcopy(part), case.get("patch", {}).get(part["kind"], {})) for part in found]
    return found + list(yaml.safe_load_all(case.get("also", "")))


def cases(what):
    return [
        pytest.param(name, case, id=f"{name} {case['why']}")
        for name in all_names()
        for case in Exercise(name).entry[what]
    ]


@pytest.mark.parametrize(("name", "case"), cases("solutions"))
def test_a_solution_passes(name, case):
    exercise = Exercise(name)
    verdict = exercise.check(manifests(exercise, case))
    for lang in catalogue.LANGUAGES:
        language.use(lang)
        assert verdict.passed, verdict
        assert no_gaps(repr(verdict))


@pytest.mark.parametrize(("name", "case"), cases("wrong"))
def test_a_usual_wrong_answer_fails_for_its_reason(name, case):
    exercise = Exercise(name)
    verdict = exercise.check(manifests(exercise, case))
    said = {}
    for lang in catalogue.LANGUAGES:
        language.use(lang)
        assert verdict.failure == case["fails"], verdict
        said[lang] = [repr(verdict), *(verdict.hint(tier) for tier in (1, 2, 3))]
        assert all(no_gaps(text) for text in said[lang])
    assert all(es != en for es, en in zip(said["es"], said["en"], strict=True))


def no_gaps(text):
    return text and not re.search(r"\{\w+\}|\bNone\b|\bnan\b", text)


@pytest.mark.parametrize("name", all_names())
def test_every_finding_has_three_hints_in_both_languages(name):
    exercise = Exercise(name)
    assert exercise.entry["trial"] in TRIALS
    for key in [*exercise.entry["failures"], *catalogue.load("failures", "before")]:
        found = exercise.finding(key)
        assert len(found["hints"]) == 3, key
        for text in [found["says"], *found["hints"]]:
            assert set(text) == {"es", "en"}, key
    assert PASSED not in exercise.entry["failures"]


@pytest.mark.parametrize("name", all_names())
def test_every_failure_of_an_exercise_has_its_wrong_answer(name):
    entry = Exercise(name).entry
    assert set(entry["failures"]) <= {case["fails"] for case in entry["wrong"]}


def test_hints_say_more_each_time_and_never_less():
    language.use("en")
    exercise = Exercise("01/2")
    check("01/2", exercise.start)
    assert [str(hint("01/2"))[:5] for _ in range(3)] == ["(2/3)", "(3/3)", "(3/3)"]
    assert "tolerationSeconds" in str(hint("01/2"))


def test_after_the_last_hint_it_is_said_that_there_are_no_more():
    language.use("en")
    check("01/2", Exercise("01/2").start.replace("replicas: 1", "replicas: 4"))
    assert check("01/2", Exercise("01/2").start.replace("replicas: 1", "replicas: 0")).failure == "no-replicas"
    assert ["no more hints" in str(hint("01/2")) for _ in range(3)] == [False, True, True]


def test_a_text_that_yaml_cannot_read_is_not_blamed_on_the_api_server():
    language.use("en")
    verdict = check("01/1", "kind: [Pod\n")
    assert verdict.message.startswith("The manifest cannot be read (line ")


def test_a_refused_manifest_is_answered_with_its_line():
    language.use("en")
    verdict = check("01/1", Exercise("01/1").start.replace("replicas: 1", "replicas: three"))
    assert not verdict.passed
    assert "does not accept the manifest (line 6)" in repr(verdict)


def test_a_cluster_that_is_checked_stays_as_it_was():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(Exercise("01/1").start)
    cluster.run(20)
    before = cluster.journal.digest(), cluster.now
    verdict = check("01/1", cluster)
    assert verdict.failure == "outage"
    assert (cluster.journal.digest(), cluster.now) == before
    assert verdict.cluster is not cluster


def test_a_cluster_with_other_delays_is_not_accepted():
    cluster = kl.Cluster(workers=3, seed=1, timings=kl.Timings(node_monitor_grace_period=5))
    cluster.apply(Exercise("01/1").start)
    assert check("01/1", cluster).failure == "timings"


def test_an_unknown_exercise_names_those_there_are():
    language.use("en")
    with pytest.raises(LookupError, match="There are: 01/1, 01/2"):
        Exercise("99/9")


@pytest.mark.parametrize("spoken", ["es", "en"])
@pytest.mark.parametrize(
    ("right", "wrong", "es", "en"),
    [
        (
            "replicas",
            "replicaz",
            '"spec.replicaz". ¿Querías decir "replicas"',
            '"spec.replicaz". Did you mean "replicas"',
        ),
        ("kind: Service", "kind: Servise", 'version "v1". ¿Querías', 'version "v1". Did you'),
        ("  ", "\t", "any token. YAML se", "any token. YAML is"),
    ],
)
def test_what_is_refused_is_told_in_sentences(spoken, right, wrong, es, en):
    before = language.current()
    language.use(spoken)
    try:
        message = check("01/1", Path("data/shop.yaml").read_text().replace(right, wrong, 1)).message
    finally:
        language.use(before)
    assert (es if spoken == "es" else en) in message
    assert message.endswith((".", "?"))
