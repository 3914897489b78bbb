"""The notebooks are what their sources say, and say the same in both languages."""

import re
from itertools import pairwise
from pathlib import Path

import jupytext
import nbformat
import pytest

from kubelab.lab import build, catalogue

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
SOURCES = build.lessons(NOTEBOOKS)
LARGEST = 1_500_000  # bytes: GitHub shows no notebook that is much larger


def names(source):
    return source.stem


def stored(source, lang):
    return nbformat.read(build.target(source, lang), as_version=4)


@pytest.mark.parametrize("lang", catalogue.LANGUAGES)
@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_a_notebook_is_what_its_source_says(source, lang):
    assert build.stale(source, lang) == ""


@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_the_cells_of_both_languages_are_pairs(source):
    es, en = (stored(source, lang).cells for lang in catalogue.LANGUAGES)
    assert [(cell.id, cell.cell_type) for cell in es] == [(cell.id, cell.cell_type) for cell in en]
    for spanish, english in zip(es, en, strict=True):
        if spanish.cell_type == "code":
            assert spanish.source.replace('use("es")', "") == english.source.replace('use("en")', "")
        else:
            assert spanish.source != english.source
            assert shape(spanish.source) == shape(english.source)


def shape(text):
    """What two translations of a text share: headings, rows of tables, items, links, words set as code."""
    lines = text.splitlines()
    return (
        [re.match("#+", line)[0] for line in lines if line.startswith("#")],
        sum(line.startswith("|") for line in lines),
        sum(bool(re.match(r"- |\d+\. ", line)) for line in lines),
        re.findall(r"\]\(([^)]*)\)", text),
        sorted(re.findall("`[^`]+`", text)),
    )


@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_headings_start_with_one_title_and_skip_no_level(source):
    for lang in catalogue.LANGUAGES:
        texts = [cell.source for cell in stored(source, lang).cells if cell.cell_type == "markdown"]
        levels = [len(mark) for text in texts for mark in re.findall(r"^(#+) ", text, re.MULTILINE)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


@pytest.mark.parametrize("lang", catalogue.LANGUAGES)
@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_a_stored_notebook_holds_nothing_of_the_moment_or_the_machine(source, lang):
    text = build.target(source, lang).read_text(encoding="utf-8")
    nb = stored(source, lang)
    assert build.WIDGET_VIEW not in text
    assert set(nb.metadata) >= {"kernelspec", "language_info", "kubelab"}  # JupyterLab, when it saves, adds its own
    assert str(NOTEBOOKS.parent) not in text
    assert not re.search(r"/home/|/root/|/tmp/|0x[0-9a-f]{8,}", text)
    assert len(text) < LARGEST
    for cell in nb.cells:
        for output in cell.get("outputs", ()):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


@pytest.mark.parametrize("source", SOURCES, ids=names)
def test_every_picture_of_a_notebook_has_its_words(source):
    for lang in catalogue.LANGUAGES:
        pictures = 0
        for cell in stored(source, lang).cells:
            for output in cell.get("outputs", ()):
                shown = output.get("data", {})
                if "image/png" in shown or "<img" in shown.get("text/html", ""):
                    pictures += 1
                    assert re.search(r'alt="[^"]{20,}"', shown["text/html"]), cell.source
        assert pictures >= 3


@pytest.mark.parametrize("lang", catalogue.LANGUAGES)
def test_links_between_lessons_lead_somewhere(lang):
    for source in SOURCES:
        for cell in stored(source, lang).cells:
            if cell.cell_type == "markdown":
                for link in re.findall(r"\]\(([^)#]+)\)", cell.source):
                    assert link.startswith("https://") or (build.target(source, lang).parent / link).is_file(), link


def test_texts_that_are_not_in_pairs_are_refused(tmp_path):
    source = tmp_path / "00-alone.py"
    source.write_text('# %% [markdown] lang="es"\n# Hola\n\n# %%\n1\n')
    with pytest.raises(ValueError, match="not pairs of es and en"):
        build.translation(source, "es")


def test_a_lesson_built_twice_is_the_same_bytes(tmp_path):
    source = tmp_path / "src" / "00-small.py"
    source.parent.mkdir()
    for lang in catalogue.LANGUAGES:
        (tmp_path / lang).mkdir()
    cells = [
        '# %% [markdown] lang="es"\n# # Hola',
        '# %% [markdown] lang="en"\n# # Hello',
        "# %%\nimport kubelab as kl\nkl.Cluster(workers=1, seed=1)",
        '# %%\nkl.predict("00/replacement")',
    ]
    source.write_text("\n\n".join(cells) + "\n")
    first, second = build.build(source, "en"), build.build(source, "en")
    assert first == second
    assert build.WIDGET_WAS_HERE in first
    assert jupytext.reads(first, "ipynb").cells[2].outputs
    assert set(nbformat.reads(first, as_version=4).metadata) == {"kernelspec", "language_info", "kubelab"}


def test_the_manifest_of_a_magic_is_no_comment_in_the_notebook(tmp_path):
    source = tmp_path / "00-magic.py"
    source.write_text(
        "# %%\n# %%kubectl apply -f -\n# kind: Pod\n# metadata:\n#   name: a\n\n# %%\n# %kubectl get pods\n"
    )
    manifest, command = build.translation(source, "en").cells
    assert manifest.source == "%%kubectl apply -f -\nkind: Pod\nmetadata:\n  name: a"
    assert command.source == "%kubectl get pods"


@pytest.fixture
def lesson(tmp_path):
    """A small lesson as a build leaves it: its source, and its notebook to be changed."""
    source = tmp_path / "src" / "00-small.py"
    source.parent.mkdir()
    source.write_text("# %%\n1 + 1\n\n# %%\n2\n")
    nb = build.translation(source, "es")
    for count, cell in enumerate(nb.cells, 1):
        cell.execution_count = count
    (tmp_path / "es").mkdir()
    return source, nb


def stale_after_saving(source, nb):
    nbformat.write(nb, build.target(source, "es"))
    return build.stale(source, "es")


def test_a_lesson_that_was_only_opened_and_saved_is_not_stale(lesson):
    source, nb = lesson
    nb.metadata.language_info = {"name": "python", "version": "3.12.1", "codemirror_mode": {"name": "ipython"}}
    nb.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    nb.cells[0].metadata = {"execution": {"iopub.status.busy": "2026-01-01T00:00:00Z"}, "scrolled": True}
    assert stale_after_saving(source, nb) == ""


def test_a_lesson_that_was_worked_in_is_named_with_how_to_restore_it(lesson):
    source, nb = lesson
    path = build.target(source, "es")
    nb.cells[1].execution_count = 7
    assert stale_after_saving(source, nb) == f"{path}: you have worked in it; git restore {path}"
    nb.cells[1].execution_count = 2
    alive = {build.WIDGET_VIEW: {"model_id": "a"}, "text/plain": "a form"}
    nb.cells[1].outputs = [nbformat.v4.new_output("display_data", data=alive)]
    assert "you have worked in it" in stale_after_saving(source, nb)


def test_a_cell_that_says_something_else_than_its_source_is_stale(lesson):
    source, nb = lesson
    nb.cells[0].source = "1 + 2"
    assert "cell 0 is not that of its source; if you have worked in it, git restore" in stale_after_saving(source, nb)
