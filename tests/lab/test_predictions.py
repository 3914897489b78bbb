"""Predictions: answered once, before the run, and compared with what happened."""

import re
from pathlib import Path

import pytest

import kubelab as kl
from kubelab import language
from kubelab.lab import catalogue, measures
from kubelab.lab.exercises import Exercise
from kubelab.lab.options import Option
from kubelab.lab.predictions import LONGEST_REPR, predict

SOURCES = Path(__file__).parents[2] / "notebooks" / "src"
LESSONS = [
    (lesson, name) for lesson in catalogue.names("predictions") for name in catalogue.load("predictions", lesson)
]


@pytest.fixture(autouse=True)
def english():
    language.use("en")


def test_an_answer_cannot_be_changed():
    guess = predict("How many?", options=[1, 2, 3]).lock(2)
    with pytest.raises(ValueError, match="answered already"):
        guess.lock(3)


def test_an_answer_cannot_be_given_once_time_has_moved():
    cluster = kl.Cluster(workers=1, seed=1)
    guess = predict("How many?", cluster, options=[1, 2, 3])
    cluster.run(1)
    with pytest.raises(ValueError, match="Too late"):
        guess.lock(2)


def test_an_answer_that_is_no_option_is_refused():
    with pytest.raises(ValueError, match="none of the options: one, two"):
        predict("How many?", options=["one", "two"]).lock("three")


def test_an_amount_is_right_when_it_is_near():
    near, far = predict("How long?", unit="s").lock(330), predict("How long?", unit="s").lock(50)
    assert near.compare(352.4).right is True
    assert far.compare(352.4).right is False
    assert repr(far.result) == "You said 50 s. What happened: 352 s."


def test_without_an_answer_what_happened_is_told_all_the_same():
    guess = predict("How long?", unit="s")
    assert repr(guess.compare(352.4)) == "No prediction. What happened: 352 s."
    assert guess.result.right is None


def test_an_amount_falls_into_the_first_option_that_claims_it():
    options = [
        Option.read({"label": "soon", "below": 10}, ""),
        Option.read({"label": "later", "below": 600, "because": {"es": "¡No!", "en": "No!"}}, ""),
        Option.read({"label": "never"}, ""),
    ]
    claimed = [next(option for option in options if option.claims(seen)).label.en for seen in (3, 350, 9999)]
    assert claimed == ["soon", "later", "never"]


def test_a_wrong_answer_is_told_why_and_a_right_one_is_not():
    told = [predict("00/replacement").lock(1).compare(seen)._repr_html_() for seen in (350, 0.5)]
    assert ["prefers to be sure" in text for text in told] == [True, False]


def test_nothing_is_compared_before_time_has_moved():
    cluster = kl.Cluster(workers=1, seed=1)
    guess = predict("00/replacement", cluster).lock(1)
    with pytest.raises(ValueError, match="Nothing has happened yet"):
        guess.compare()


def test_what_is_measured_counts_from_the_question_on():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(Exercise("01/1").start.replace("replicas: 1", "replicas: 3"))
    cluster.run(10)
    guess = predict("00/replacement", cluster).lock("Between one and ten minutes")
    cluster.run(5)
    cluster.kill("worker-2")
    cluster.run(500)
    assert guess.compare().right
    assert 345 < guess.result.seen < 365
    later = predict("00/replacement", cluster)
    cluster.run(60)
    assert later.compare().seen == 0


def test_pods_that_replace_others_are_not_those_from_before():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(Exercise("01/1").start.replace("replicas: 1", "replicas: 3"))
    cluster.run(10)
    scaled, updated = predict("02/same-pods", cluster), predict("02/same-pods", cluster)
    cluster.kubectl("scale deployment shop --replicas=5")
    cluster.run(10)
    assert scaled.compare().seen == 3
    cluster.kubectl("set image deployment/shop web=nginx:1.28")
    cluster.run(30)
    assert updated.compare().seen == 0


def test_the_fewest_ready_pods_are_found_between_the_looks():
    cluster = kl.Cluster(workers=3, seed=1)
    cluster.apply(Exercise("01/1").start.replace("replicas: 1", "replicas: 3"))
    cluster.run(10)
    since = len(cluster.journal)
    assert measures.fewest_ready(cluster, since)[0] == 3
    deleted = cluster.now
    cluster.kubectl("delete pods --all")
    cluster.run(30)
    fewest, when = measures.fewest_ready(cluster, since)
    assert (fewest, len(measures.ready_pods(cluster))) == (0, 3)
    assert when == pytest.approx(deleted, abs=1)


@pytest.mark.parametrize("lang", catalogue.LANGUAGES)
@pytest.mark.parametrize(("lesson", "name"), LESSONS)
def test_every_prediction_of_the_lessons_can_be_asked(lesson, name, lang):
    language.use(lang)
    guess = predict(f"{lesson}/{name}")
    assert str(guess.question).endswith("?")
    assert len(repr(guess)) <= LONGEST_REPR
    assert "\n" not in repr(guess)
    assert guess.measure in measures.MEASURES or compared_with_a_figure(lesson, name)
    assert len(guess.options) != 1


def compared_with_a_figure(lesson: str, name: str) -> bool:
    """Whether the lesson itself measures what happened, and gives the figure to `compare`."""
    [source] = SOURCES.glob(f"{lesson}-*.py")
    asked = re.search(rf'^(\w+) = kl.predict\("{lesson}/{name}"', source.read_text(), re.MULTILINE)
    return re.search(rf"^{asked[1]}\.compare\([^)]", source.read_text()[asked.end() :], re.MULTILINE) is not None


def test_the_form_locks_the_choice():
    guess = predict("How many?", options=["one", "two"])
    bundle = guess._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["text/plain"] == "Prediction without an answer. How many?"
    assert "- ○ two" in bundle["text/markdown"]
    form = guess._form
    form.button.click()
    assert guess.answer is None
    form.choice.value = "two"
    form.button.click()
    assert repr(guess) == "Prediction locked: two. How many?"
    assert form.choice.disabled
    guess.compare("one")
    assert "You said two" in form.said.value


def test_the_form_takes_an_amount_with_a_point_or_a_comma():
    for typed in ("52.5", "52,5"):
        guess = predict("How long?", unit="s")
        guess._repr_mimebundle_()
        guess._form.choice.value = "soon"
        guess._form.button.click()
        assert guess.answer is None
        guess._form.choice.value = typed
        guess._form.button.click()
        assert guess.answer == 52.5


def test_an_unknown_prediction_says_so():
    with pytest.raises(LookupError, match=r"Lesson 00 has no prediction nothing\. It has: 00/replacement"):
        predict("00/nothing")


def test_what_happened_is_folded_for_those_who_have_not_answered():
    shown = [guess.compare(352.4)._repr_html_() for guess in (predict("?", unit="s"), predict("?", unit="s").lock(50))]
    assert shown[0].startswith("<details><summary>What happened</summary>")
    assert shown[1].startswith("<details open>")
    assert "352 s" in shown[0]


def test_a_stored_prediction_says_how_it_is_answered():
    shown = predict("How many?", options=[1, 2])._repr_mimebundle_()
    assert shown["text/markdown"].endswith("*Run this cell to answer.*")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("-5", "less than zero"),
        ("abc", "Write a number first"),
        ("", "Write a number first"),
        ("nan", "Write a number"),
    ],
)
def test_an_amount_that_cannot_be_is_refused_and_may_be_given_again(typed, said):
    guess = predict("How long?", unit="s")
    guess._repr_mimebundle_()
    guess._form.choice.value = typed
    guess._form.button.click()
    assert guess.answer is None
    assert said in guess._form.said.value
    guess._form.choice.value = "52"
    guess._form.button.click()
    assert guess.answer == 52


def test_what_may_be_negative_is_taken_so():
    assert predict("How cold?", unit="°C").lock(-5).answer == -5


@pytest.mark.parametrize(
    ("lang", "said"), [("es", "Falta con qué comparar"), ("en", "What to compare with is missing")]
)
def test_a_comparison_without_its_load_says_what_is_missing_in_one_sentence(lang, said):
    language.use(lang)
    cluster = kl.Cluster(workers=1, seed=1)
    guess = predict("01/one-replica", cluster)
    cluster.run(1)
    with pytest.raises(ValueError, match=said) as refused:
        guess.compare()
    assert refused.value._render_traceback_() == [str(refused.value)]


@pytest.mark.parametrize(
    ("lang", "said"), [("es", "No hay predicciones de la lección 1"), ("en", "no predictions of lesson 1")]
)
def test_an_unknown_lesson_is_no_question_of_ones_own(lang, said):
    language.use(lang)
    with pytest.raises(LookupError, match=said):
        predict("1/one-replica")
