"""What the project says about itself is true, and the same in both languages."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kubelab
from kubelab import language

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "README.es.md", "CONTRIBUTING.md", "CHANGELOG.md"]
READMES = ["README.md", "README.es.md"]


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def fences(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", read(page), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)", read(page)):
        assert link.startswith("https://") or (ROOT / link).exists(), link


@pytest.mark.parametrize("page", READMES)
def test_the_python_of_the_readme_runs(page):
    minute, packet = fences(page, "python")
    code = f"{minute}\n{packet}\nprint(cluster.why(answer))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(re.findall(r"1/1 +Running", done.stdout)) >= 3
    assert "200" in done.stdout.splitlines()[-1]


def test_both_readmes_say_the_same_things_in_the_same_order():
    english, spanish = (read(page) for page in READMES)
    for pattern in (r"^#+ ", r"^\|", r"^- ", r"^```\w+", r"^!\["):
        counts = [len(re.findall(pattern, text, re.MULTILINE)) for text in (english, spanish)]
        assert counts[0] == counts[1], pattern


def test_both_readmes_have_the_same_commands():
    english, spanish = ([code_only(block) for block in fences(page, r"\w+")] for page in READMES)
    assert english == spanish


def code_only(block):
    return [re.sub(r"\s*#.*", "", line) for line in block.splitlines()]


def test_both_readmes_link_to_the_same_places():
    english, spanish = (set(re.findall(r"\]\(([^)]+)\)", read(page))) for page in READMES)
    assert {link.replace("/en/", "/es/") for link in english - {"README.es.md"}} == spanish - {"README.md"}


def test_the_commands_of_the_readme_are_targets_of_make():
    targets = re.findall(r"^(\w+):", read("Makefile"), re.MULTILINE)
    wanted = [word for block in fences("README.md", "sh") for word in re.findall(r"^make (\w+)", block, re.MULTILINE)]
    assert wanted
    assert set(wanted) <= set(targets)


def test_every_folder_of_the_package_is_on_the_map():
    folders = [path.name for path in (ROOT / "kubelab").iterdir() if (path / "__init__.py").is_file()]
    for page in READMES:
        for folder in folders:
            assert f"(kubelab/{folder})" in read(page), folder


def test_the_changelog_ends_with_this_version():
    versions = re.findall(r"^## \[(\d[^]]*)\] - \d{4}-\d\d-\d\d$", read("CHANGELOG.md"), re.MULTILINE)
    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert versions[0] == project["version"] == kubelab.__version__
    assert "## [Unreleased]" in read("CHANGELOG.md")


def test_the_licence_is_the_one_that_is_declared():
    assert tomllib.loads(read("pyproject.toml"))["project"]["license"] == "Apache-2.0"
    assert "Apache License" in read("LICENSE")


def test_what_contributors_are_told_to_touch_is_there():
    for path in re.findall(r"`((?:kubelab|notebooks|data)/[a-z_/.]*)`", read("CONTRIBUTING.md")):
        assert (ROOT / path).exists(), path


def test_the_picture_of_the_readme_is_what_its_script_draws():
    folder = ROOT / "docs" / "images"
    spec = importlib.util.spec_from_file_location("draw_readme", folder / "draw.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    before = language.current()
    drawn = script.draw()
    language.use(before)
    assert drawn + "\n" == (folder / "cluster.svg").read_text(encoding="utf-8"), "make pictures"
