"""docs/traffic.md says of each section of Kubernetes's documentation where its rules live and which tests quote it.

A test quotes a section in its docstring: the page's title, a comma, and the section's title in double quotes.
"""

import ast
import os
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "traffic.md"
HEADING = re.compile(r"^## \[(.+?)\]\((https://kubernetes\.io/docs/.+/)\)$")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.*?) ?\|$")
NOTHING = ("left out: ", "no rule: ")


def rows():
    """(page, section) -> where its rules live, as the page says; in its order."""
    found, page = {}, ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            page = heading[1]
        elif (row := ROW.match(line)) and row[1] not in ("section", "---"):
            assert (page, row[1]) not in found, f"twice: {row[1]}"
            found[page, row[1]] = row[2]
    return found


def pages():
    return list(dict.fromkeys(page for page, _ in rows()))


def citations():
    """(page, section) -> how many tests of which module quote it."""
    names = "|".join(sorted(map(re.escape, pages()), key=len, reverse=True))
    quoted = re.compile(rf'(?<![\w-])({names}), "([^"]+)"')
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                text = " ".join((ast.get_docstring(node) or "").split())
                for cited in dict.fromkeys(quoted.findall(text)):
                    found.setdefault(cited, Counter())[path.relative_to(ROOT).as_posix()] += 1
    return found


def written(cited):
    """The last column: modules of tests, with how many of their tests quote the section."""
    return ", ".join(f"{Path(path).stem} {number}" for path, number in sorted(cited.items()))


def made():
    """The page, its last column made anew."""
    cited, page, lines = citations(), "", []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            page = heading[1]
        elif (row := ROW.match(line)) and row[1] not in ("section", "---"):
            tests = written(cited.get((page, row[1]), {}))
            line = f"| {row[1]} | {row[2]} | {tests} |" if tests else f"| {row[1]} | {row[2]} | |"
        lines.append(line)
    return "\n".join(lines) + "\n"


def test_the_page_tells_which_tests_quote_each_section():
    if os.environ.get("KUBELAB_UPDATE"):
        PAGE.write_text(made(), encoding="utf-8")
    assert made() == PAGE.read_text(encoding="utf-8"), "KUBELAB_UPDATE=1 writes docs/traffic.md"


def test_every_section_that_a_test_quotes_is_on_the_page():
    assert not [cited for cited in citations() if cited not in rows()]


def test_every_section_has_a_test_or_says_why_not():
    cited = citations()
    for section, where in rows().items():
        assert (section in cited) != where.startswith(NOTHING), section


@pytest.mark.parametrize("page", pages())
def test_rules_live_where_the_page_says(page):
    found = [where for (of, _), where in rows().items() if of == page and not where.startswith(NOTHING)]
    assert found
    for where in found:
        modules = re.findall(r"`(kubelab/[\w/]+\.py)`", where)
        assert modules, where
        for module in modules:
            assert (ROOT / module).is_file(), module
