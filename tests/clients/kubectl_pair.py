"""The real kubectl and kubelab's own, side by side on the same cluster at the same virtual instant."""

import datetime
import difflib
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kubelab as kl

KUBECTL = shutil.which("kubectl")
WORTH = "1.32"  # the version that the table of differences was written for
HERE = Path(__file__).parent / "same"
START_UP, LATER, ROLLED = 60, 5, 200


def skip_without_kubectl():
    """Skip all of a module's tests where there is nothing to compare with."""
    if KUBECTL is None:
        pytest.skip("kubectl is not installed", allow_module_level=True)
    pytest.importorskip("aiohttp")
    pytest.importorskip("cryptography")
    said = subprocess.run([KUBECTL, "version", "--client"], capture_output=True, text=True, check=False).stdout
    if f"v{WORTH}." not in said:
        pytest.skip(f"the differences are known for kubectl {WORTH} only", allow_module_level=True)


def cluster():
    """A cluster with something of every kind in it, where something is going on."""
    past = datetime.timedelta(seconds=START_UP + LATER + ROLLED)
    made = kl.Cluster(workers=2, start=datetime.datetime.now(datetime.UTC) - past)
    made.run(START_UP)
    made.kubectl("apply -f -", (HERE / "objects.yaml").read_text())
    made.run(LATER)
    made.kubectl(f"apply -f {HERE / 'later.yaml'}")
    made.run(ROLLED / 2)
    made.kubectl("set image deploy/web web=nginx:1.28")
    made.run(ROLLED / 2 + 0.37)
    return made


class Pair:
    """A cluster that is served to the real kubectl, and the one that kubelab's kubectl works on.

    `{files}` in a line is the folder of the manifests.
    """

    def __init__(self, served, own, home, files=""):
        self.served, self.own, self.files = served, own, str(files)
        self.server = served.serve(speed=0, environment=False)
        self.environment = {
            **os.environ,
            "HOME": str(home),
            "KUBECONFIG": str(self.server.kubeconfig),
            "KUBECTL_KUBERC": "false",
        }

    def stop(self):
        self.server.stop()

    def real(self, line, stdin=""):
        done = subprocess.run(
            [KUBECTL, *shlex.split(line.replace("{files}", self.files))],
            env=self.environment,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout

    def ours(self, line, stdin=""):
        return str(self.own.kubectl(line.replace("{files}", self.files), stdin))

    def read(self, lines):
        """What both print of each line: nothing is changed, so the real one may run several times at once."""
        with ThreadPoolExecutor(3) as threads:
            real = list(threads.map(self.real, lines))
        return [(line, text, self.ours(line)) for line, text in zip(lines, real, strict=True)]

    def change(self, lines):
        """The same for lines that change something: after each, both clusters live on to the same instant."""
        found = []
        for line in lines:
            found.append((line, self.real(line), self.ours(line)))
            instant = max(self.served.now, self.own.now) + 1
            for each in (self.served, self.own):
                each.run(until=instant)
        return found


def lines_of(name):
    """The commands of a list."""
    return [line for line in (HERE / name).read_text().splitlines() if line.strip() and not line.startswith("#")]


def unlike(found, differences):
    """A report of the lines where the two are not alike, apart from the differences that are known."""
    reports = []
    for line, real, ours in found:
        told = [differences.plain(line, text) for text in (real, ours)]
        if line in differences.OTHERWISE:
            if told[0] == told[1]:
                reports.append(f"$ kubectl {line}\nis alike by now: take it from the table")
        elif told[0] != told[1]:
            if differences.is_shuffled(line):
                told = ["\n".join(sorted(re.split(r"[\s,;\[\]]+", text))) for text in told]
            if told[0] != told[1]:
                reports.append(f"$ kubectl {line}\n{_difference(*told)}")
    return reports


def _difference(real, ours):
    lines = difflib.unified_diff(real.splitlines(), ours.splitlines(), "real", "kubelab's", lineterm="", n=1)
    return "\n".join(lines)
