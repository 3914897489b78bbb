"""Manifests that a real API server answered, answered by this one."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kubelab as kl
from kubelab.api import kinds
from kubelab.api.errors import ApiError
from kubelab.api.versions import said_in, shown_as

ROOT = Path(__file__).parents[2]
RECORDINGS = ROOT.parent / "shared" / "oracle" / "admission"
PAGE = ROOT / "docs" / "parity.md"
BEGIN, END = "<!-- admission: begin -->", "<!-- admission: end -->"
FILES = ("kubernetes-examples", "container-solutions", "mutants")
GIVEN_LATER = ("uid", "creationTimestamp", "resourceVersion", "managedFields", "generation")
ALLOCATED = "<allocated>"
UID = "[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")


class Answer:
    """What an API server says to a manifest: the object, or the code and the fields at fault."""

    def __init__(self, code: int, obj: Any = None, faults: list[str] | None = None, message: str = "") -> None:
        self.code, self.obj, self.faults, self.message = code, obj, faults or [], message

    @property
    def accepted(self) -> bool:
        return self.code < 300


@functools.cache
def cluster() -> kl.Cluster:
    return kl.Cluster(workers=3, seed=1)


def create(manifest: dict[str, Any]) -> dict[str, Any]:
    """The one place that knows how a manifest is sent."""
    made = cluster().api.create(manifest, dry_run=True, field_validation="Strict")
    kind = kinds.kind_of(made)
    return shown_as(kl.to_dict(made), kind, said_in(manifest, kind))


def faulty_fields(causes: list[str], message: str) -> list[str]:
    return sorted({field for field in causes if field}) or sorted(set(re.findall(r'unknown field "([^"]+)"', message)))


def answer(manifest: dict[str, Any]) -> Answer:
    try:
        return Answer(201, masked(create(manifest), manifest))
    except ApiError as error:
        faults = faulty_fields([cause.field for cause in error.causes], error.message)
        return Answer(error.code, faults=faults, message=error.message)


def recorded(case: dict[str, Any]) -> Answer:
    if "object" in case:
        return Answer(case["code"], case["object"])
    causes = [cause[0] for cause in case.get("causes") or []]
    return Answer(case["code"], faults=faulty_fields(causes, case["message"]), message=case["message"])


def masked(obj: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """The object with all that differs from run to run made equal."""
    text = re.sub("kube-api-access-[a-z0-9]{5}", f"kube-api-access-{ALLOCATED}", json.dumps(obj))
    text = re.sub(UID, "<uid>", text).replace(f"{cluster().clock.date:%Y-%m-%dT%H:%M:%SZ}", "<now>")
    obj = json.loads(text)
    meta = obj["metadata"]
    for field in GIVEN_LATER:
        meta.pop(field, None)
    if meta.get("generateName") and not sent["metadata"].get("name"):
        meta["name"] = ALLOCATED
    if obj["kind"] == "Service":
        mask_service(obj["spec"], sent.get("spec") or {})
    return obj


def mask_service(spec: dict[str, Any], sent: dict[str, Any]) -> None:
    if spec.get("clusterIP") not in (None, "", "None", sent.get("clusterIP")):
        spec["clusterIP"], spec["clusterIPs"] = ALLOCATED, [ALLOCATED]
    asked = [port.get("nodePort") for port in sent.get("ports") or []]
    for port in spec.get("ports", ()):
        if port.get("nodePort") and port["nodePort"] not in asked:
            port["nodePort"] = ALLOCATED
    if spec.get("healthCheckNodePort") and not sent.get("healthCheckNodePort"):
        spec["healthCheckNodePort"] = ALLOCATED


def differences(wanted: Any, got: Any, path: str = "") -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        for key in sorted({**wanted, **got}):
            if key not in got:
                yield f"{path}.{key} is missing, should be {wanted[key]!r}"
            elif key not in wanted:
                yield f"{path}.{key} should not be there, is {got[key]!r}"
            else:
                yield from differences(wanted[key], got[key], f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(got, list) and len(wanted) == len(got):
        for i, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from differences(one, other, f"{path}[{i}]")
    elif wanted != got:
        yield f"{path} is {got!r}, should be {wanted!r}"


class Tally:
    """How many cases there are, and in how many the answers agree, in each of three respects."""

    def __init__(self) -> None:
        self.counts = {name: [0, 0] for name in ("verdict", "object", "errors")}

    def count(self, respect: str, agrees: bool) -> None:
        self.counts[respect][0] += agrees
        self.counts[respect][1] += 1

    def cells(self) -> list[str]:
        return [f"{agree} / {cases}" if cases else "" for agree, cases in self.counts.values()]


def compare(case: dict[str, Any], kind: kinds.Kind, *tallies: Tally) -> list[str]:
    """What is different between the answer given and the answer recorded; counted in every tally."""
    should, does = recorded(case), answer(case["manifest"])
    agrees = should.accepted == does.accepted
    for tally in tallies:
        tally.count("verdict", agrees)
    if not agrees:
        return [f"answered {does.code} {does.message}, should be {should.code} {should.message}"]
    if should.accepted:
        found = list(differences(should.obj, does.obj))
    else:
        same = (should.code, should.faults) == (does.code, does.faults)
        found = [] if same else [f"answered {does.code} {does.message}, should be {should.code} {should.message}"]
    for tally in tallies:
        tally.count("object" if should.accepted else "errors", not found)
    return found


def measure() -> tuple[str, list[str]]:
    """The table of the parity page, and every difference in words."""
    rows, words = [], []
    for name in FILES:
        whole, by_kind = Tally(), {kind.name: Tally() for kind in kinds.KINDS}
        for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
            case = json.loads(line)
            kind = kinds.by_type(case["manifest"].get("apiVersion", ""), case["manifest"].get("kind", ""))
            if kind:
                found = compare(case, kind, whole, by_kind[kind.name])
                words += [f"{name} {case['source']} {kind.name}: {difference}" for difference in found]
        tallies = [(kind, tally) for kind, tally in by_kind.items() if tally.counts["verdict"][1]]
        rows += [[name, kind, *tally.cells()] for kind, tally in [*tallies, ("all of these", whole)]]
    head = ["recordings", "kind", "verdict", "object", "errors"]
    lines = [f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines), words


def test_parity_with_the_recorded_admission_is_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    table, words = measure()
    with capsys.disabled():
        print("", table, *words, sep="\n")
    page = PAGE.read_text() if PAGE.exists() else f"{BEGIN}\n{END}\n"
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    updated = f"{before}{BEGIN}\n{table}\n{END}{after}"
    if os.environ.get("KUBELAB_UPDATE"):
        PAGE.write_text(updated)
    assert page == updated or os.environ.get("KUBELAB_UPDATE"), (
        "the parity figures have changed: run with KUBELAB_UPDATE=1"
    )


@pytest.mark.parametrize("name", ["kubernetes-examples", "container-solutions"])
def test_manifests_people_use_are_answered_as_a_real_cluster_answers_them(name: str) -> None:
    for line in (RECORDINGS / f"{name}.jsonl").read_text().splitlines():
        case = json.loads(line)
        kind = kinds.by_type(case["manifest"].get("apiVersion", ""), case["manifest"].get("kind", ""))
        if kind:
            assert compare(case, kind) == [], case["source"]
