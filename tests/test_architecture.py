"""ARCHITECTURE.md is a map: what it names is there, and what is there is on it."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROWS = re.findall(
    r"^\| ([^|]+) \| `(kubelab/[^`]+)` \| ([^|]+) \| ([^|]+) \|$", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE
)


def test_every_file_on_the_map_exists():
    assert len(ROWS) > 25
    assert [path for _, path, _, _ in ROWS if not (ROOT / path).exists()] == []


def test_every_package_is_on_the_map():
    packages = [path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "kubelab").rglob("__init__.py")]
    mapped = [path.rstrip("/") for _, path, _, _ in ROWS]
    missing = [
        package
        for package in packages
        if package != "kubelab"
        and not any(
            path == package or path.startswith(package + "/") or package.startswith(path + "/") for path in mapped
        )
    ]
    assert missing == []


def test_every_lesson_on_the_map_exists():
    lessons = {name for _, _, _, cell in ROWS for name in re.findall(r"\d\d", cell)}
    for language in ("es", "en"):
        there = {path.name[:2] for path in (ROOT / "notebooks" / language).glob("*.ipynb")}
        assert lessons <= there


def test_every_test_that_keeps_a_law_exists():
    named = re.findall(r"`(tests/[\w/.]+)`", (ROOT / "ARCHITECTURE.md").read_text())
    assert [path for path in named if not (ROOT / path).exists()] == []
