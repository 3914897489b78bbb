"""Exercises graded by behaviour: what the learner built is put to the test, and the answer is what went wrong.

A check never compares texts. It runs the learner's manifest (or a fork of the learner's cluster), sends traffic, breaks
servers, and reports the smallest thing that goes wrong, with its times. So every right answer passes, also those that
nobody thought of.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kubelab.api.errors import ApiError
from kubelab.api.manifest import ManifestError
from kubelab.arguments import ArgumentError, checked, checked_class, unfit
from kubelab.cluster import Cluster
from kubelab.lab import catalogue, trials
from kubelab.lab.catalogue import Text
from kubelab.lab.refusals import UnknownError
from kubelab.language import say
from kubelab.timings import Timings

Work = Cluster | str | Path | dict[str, Any] | Iterable[dict[str, Any]]
LAST_HINT = 3
LONGEST_QUOTE = 40
_latest: dict[str, Verdict] = {}  # the last check of each exercise: what `hint` is about


@checked_class("exercise")
class Exercise:
    """One exercise: its task, the manifest to start from, and the trial that judges an answer.

    In a notebook it shows its task. `check` judges an answer; `start` is the YAML to begin with.
    """

    def __init__(self, name: str) -> None:
        lesson, _, number = name.partition("/")
        self.name = name
        try:
            self.entry = catalogue.load("exercises", f"{lesson}-{number}")
        except LookupError:
            known = ", ".join(all_names())
            raise UnknownError(
                say(es=f"No hay ejercicio {name}. Hay: {known}", en=f"There is no exercise {name}. There are: {known}")
            ) from None
        self.title = Text.read(self.entry["title"], name)
        self.task = Text.read(self.entry["task"], name)
        self.asks: dict[str, Any] = self.entry["asks"]

    @property
    def start(self) -> str:
        """The manifest to start from."""
        return str(self.entry["start"])

    def finding(self, key: str) -> dict[str, Any]:
        """What is said about one thing that can go wrong: `says` and three `hints`."""
        shared = catalogue.load("failures", "before")
        return self.entry["failures"].get(key) or shared[key]

    def check(self, work: Work) -> Verdict:
        """Put an answer to the test: a manifest (text, path or dicts), or a cluster, which stays as it is.

        Raises
        ------
        ArgumentError
            It is neither.
        """
        if isinstance(work, bytes) or not isinstance(work, Cluster | str | Path | dict | Iterable):
            es, en = "un manifiesto (texto, fichero o dict) o un clúster", "a manifest (text, file, dict) or a cluster"
            raise ArgumentError(unfit("kl.check: work", work, es=es, en=en))
        try:
            cluster = self._cluster(work)
        except ApiError as refusal:
            if isinstance(refusal, ManifestError) and not _has_objects(work):
                verdict = Verdict(self, "no-manifest", {"text": _first_line(work)}, None)
            else:
                verdict = Verdict(self, "refused", {"refusal": refusal}, None)
        else:
            if cluster is None:
                verdict = Verdict(self, "timings", {}, None)
            else:
                found = trials.TRIALS[self.entry["trial"]](cluster, self.asks)
                verdict = Verdict(self, found.key, found.facts, found.cluster)
        before = _latest.get(self.name)
        verdict.hints_given = before.hints_given if before is not None and before.failure == verdict.failure else 1
        _latest[self.name] = verdict
        return verdict

    def _cluster(self, work: Work) -> Cluster | None:
        if isinstance(work, Cluster):
            return work.fork() if work.timings == Timings() else None
        cluster = Cluster(workers=3, seed=1)
        cluster.apply(list(work) if isinstance(work, Iterable) and not isinstance(work, (str, dict)) else work)
        return cluster

    def _repr_markdown_(self) -> str:
        label = say(es="Ejercicio", en="Exercise")
        return f"**{label} {self.name}. {self.title}**\n\n{self.task.format(**self.asks)}"

    def __repr__(self) -> str:
        return f"{say(es='Ejercicio', en='Exercise')} {self.name}: {self.title}"


class Verdict:
    """What a check found. `passed` says whether all is well; `failure` names what is not.

    `cluster` is the one in which it happened, at the end of the trial: look around in it.
    """

    def __init__(self, exercise: Exercise, failure: str, facts: dict[str, Any], cluster: Cluster | None) -> None:
        self.exercise, self.failure, self.facts, self.cluster = exercise, failure, facts, cluster
        self.hints_given = 1

    @property
    def passed(self) -> bool:
        """Whether the answer does what the task asks."""
        return self.failure == trials.PASSED

    @property
    def message(self) -> str:
        """What happened, with its times."""
        if self.passed:
            return Text.read(self.exercise.entry["passed"], self.exercise.name).format(**self.facts)
        if self.failure == "refused":
            return _refusal(self.facts["refusal"])
        if self.failure == "timings":
            return say(
                es="Este clúster tiene otros plazos que Kubernetes. Haz el tuyo sin timings: kl.Cluster().",
                en="This cluster has other delays than Kubernetes. Make yours without timings: kl.Cluster().",
            )
        return self._text("says").format(**self.facts)

    def hint(self, tier: int) -> str:
        """A hint about what went wrong: 1 a nudge, 2 a pointer, 3 nearly the answer."""
        if self.passed or self.failure in ("refused", "timings"):
            return ""
        return self._text("hints", tier - 1).format(**self.facts)

    def _text(self, part: str, place: int | None = None) -> Text:
        found = self.exercise.finding(self.failure)[part]
        return Text.read(found if place is None else found[place], f"{self.exercise.name} {self.failure}")

    def _nudge(self) -> str:
        """The first hint comes with the verdict."""
        return f"(1/{LAST_HINT}) {self.hint(1)}" if self.hint(1) else ""

    def _more(self) -> str:
        command = f'`kl.hint("{self.exercise.name}")`'
        return say(es=f"¿Otra pista? {command}", en=f"Another hint? {command}")

    def _repr_markdown_(self) -> str:
        if self.passed:
            return f"✓ **{self.exercise.name}.** {self.message}"
        nudge = self._nudge()
        return f"✗ **{self.exercise.name}.** {self.message}" + (f"\n\n*{nudge}* {self._more()}" if nudge else "")

    def __repr__(self) -> str:
        sign = "✓" if self.passed else "✗"
        nudge = self._nudge()
        return f"{sign} {self.exercise.name}. {self.message}" + (f"\n{nudge} {self._more()}" if nudge else "")


class Hint:
    """One hint, shown as text."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence

    def __repr__(self) -> str:
        return self.sentence

    def _repr_markdown_(self) -> str:
        return self.sentence


@checked("kl.check")
def check(name: str, work: Work) -> Verdict:
    """Put an answer to an exercise to the test: `check("01/1", "my-shop.yaml")` or `check("01/1", cluster)`."""
    return Exercise(name).check(work)


@checked("kl.hint")
def hint(name: str) -> Hint:
    """The next hint about what the last check of that exercise found: each call says more, up to nearly the answer."""
    verdict = _latest.get(name)
    if verdict is None:
        command = f'kl.check("{Exercise(name).name}", …)'
        return Hint(say(es=f"Prueba antes algo: {command}", en=f"Try something first: {command}"))
    if not verdict.hint(1):
        return Hint(verdict.message)
    verdict.hints_given = min(verdict.hints_given + 1, LAST_HINT)
    last = say(es=" Ya no hay más pistas.", en=" There are no more hints.") if verdict.hints_given == LAST_HINT else ""
    return Hint(f"({verdict.hints_given}/{LAST_HINT}) {verdict.hint(verdict.hints_given)}{last}")


def all_names() -> list[str]:
    """The names of the exercises, in order: `01/1`, `01/2`."""
    return [name.replace("-", "/", 1) for name in catalogue.names("exercises")]


def _has_objects(work: Any) -> bool:
    """Whether somebody meant this to be a manifest: it has fields, right or wrong."""
    if isinstance(work, str) and "\n" in work:
        return bool(re.search(r"^\s*(apiVersion|kind|metadata|spec)\s*:", work, re.MULTILINE))
    return not isinstance(work, (str, Path)) or (work != "" and Path(work).is_file())


def _first_line(work: Any) -> str:
    """What was given instead of a manifest, cut short."""
    line = next(iter(str(work).strip().splitlines()), "")
    return line if len(line) <= LONGEST_QUOTE else f"{line[: LONGEST_QUOTE - 1]}…"


def _refusal(refusal: ApiError) -> str:
    if isinstance(refusal, ManifestError):
        head = say(es="El manifiesto no se puede leer", en="The manifest cannot be read")
    else:
        head = say(es="El servidor de la API no acepta el manifiesto", en="The API server does not accept the manifest")
    line = say(es=f" (línea {refusal.line})", en=f" (line {refusal.line})") if refusal.line else ""
    return " ".join(_sentence(part) for part in (f"{head}{line}: {refusal.message}", refusal.hint) if part)


def _sentence(text: str) -> str:
    """A text with a capital at its beginning and a full stop at its end."""
    first = 1 if text.startswith(("¿", "¡")) else 0
    text = text[:first] + text[first : first + 1].upper() + text[first + 1 :]
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."
