"""The Binder configuration: accepted by repo2docker where it is installed, and by its rules where it is not."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
BINDER = ROOT / "binder"


def lines(name):
    text = (BINDER / name).read_text()
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def test_binder_takes_a_python_that_kubelab_runs_on():
    (line,) = lines("runtime.txt")
    name, _, number = line.partition("-")
    wanted = Requirement("p" + tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"])
    assert name == "python"
    assert wanted.specifier.contains(Version(number))


def test_binder_installs_this_checkout_with_jupyterlab():
    *others, last = lines("requirements.txt")
    assert last == "-e .[lab]"
    assert [Requirement(line).name for line in others] == ["ipykernel"]


def test_the_kernel_that_binder_brings_is_replaced():
    # Binder's frozen ipykernel 7.0.1 loses what a thread tells a widget.
    (kernel,) = [Requirement(line) for line in lines("requirements.txt")[:-1]]
    assert not kernel.specifier.contains("7.0.1")


def test_repo2docker_accepts_it():
    repo2docker = shutil.which("repo2docker") or shutil.which("jupyter-repo2docker")
    if repo2docker is None:
        pytest.skip("no repo2docker here")
    done = subprocess.run(
        [repo2docker, "--no-build", "--debug", str(ROOT)], capture_output=True, text=True, check=True, timeout=120
    )
    said = done.stdout + done.stderr
    assert "Building conda environment for python=3.12" in said
    assert '-r "binder/requirements.txt"' in said
