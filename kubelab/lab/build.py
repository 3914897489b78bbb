"""Lessons: one bilingual source each, generated into a notebook per language, run, with its outputs.

A source is a Python file of cells (`# %%`, as jupytext and editors know it). A text cell says its language
(`# %% [markdown] lang="es"`) and stands beside its twin; code cells are shared; what is no Python (`%%kubectl` and its
manifest) is written as comments. Building the same source twice gives
the same bytes: cells are named by their place, and nothing of the machine, the moment or a widget is stored.

    python -m kubelab.lab.build            build every lesson
    python -m kubelab.lab.build --check    say which notebooks are not what their source says
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from kubelab.lab.catalogue import LANGUAGES

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_WAS_HERE = "application/vnd.kubelab.widget+json"
CELL_TIMEOUT = 120


def lessons(folder: Path) -> list[Path]:
    """The sources below a `notebooks` folder, in the order in which they are taught."""
    return sorted((folder / "src").glob("[0-9]*.py"))


def translation(source: Path, lang: str) -> NotebookNode:
    """The notebook of one language, not yet run.

    Raises
    ------
    ValueError
        The texts between two code cells are not in pairs.
    """
    nb = jupytext.read(source)
    _require_pairs(source, nb.cells)
    cells = [cell for cell in nb.cells if cell.metadata.pop("lang", lang) == lang]
    for place, cell in enumerate(cells):
        if cell.cell_type == "code" and cell.source.startswith("%%"):
            cell.source = re.sub("^# ", "", cell.source, flags=re.MULTILINE)
        cell.id = hashlib.sha256(f"{source.stem}/{place}".encode()).hexdigest()[:8]
    nb.cells = cells
    nb.metadata = _metadata(lang)
    return nb


def _require_pairs(source: Path, cells: list[NotebookNode]) -> None:
    waiting: list[str] = []
    for cell in [*cells, nbformat.v4.new_code_cell()]:
        if cell.cell_type == "markdown":
            waiting.append(cell.metadata.get("lang", ""))
            continue
        if waiting != list(LANGUAGES) * (len(waiting) // 2):
            raise ValueError(f"{source.name}: the texts before a code cell are {waiting}, not pairs of es and en")
        waiting = []


def _metadata(lang: str) -> NotebookNode:
    return nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "kubelab": {"lang": lang},
        }
    )


def run(nb: NotebookNode, folder: Path, lang: str) -> None:
    """Run the notebook where it will lie, and keep its outputs."""
    env = os.environ | {"KUBELAB_LANG": lang, "PYTHONHASHSEED": "0"}
    client = NotebookClient(
        nb,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=env)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = [_without_models(output) for output in _joined(cell.outputs)]
    nb.metadata = _metadata(lang)


def _joined(outputs: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Outputs with the text of one stream in one piece, however the kernel cut it up."""
    last: Any = None
    for output in outputs:
        if last is not None and output.output_type == "stream" == last.output_type and output.name == last.name:
            last.text += output.text
            continue
        if last is not None:
            yield last
        last = output
    if last is not None:
        yield last


def _without_models(output: NotebookNode) -> NotebookNode:
    """The output with a mark where a widget was: its model died with the kernel, its picture stays."""
    if WIDGET_VIEW in output.get("data", {}):
        del output.data[WIDGET_VIEW]
        output.data[WIDGET_WAS_HERE] = {}
    return output


def as_text(nb: NotebookNode) -> str:
    """The notebook as it is written to its file."""
    nbformat.validate(nb)
    return nbformat.writes(nb) + "\n"


def target(source: Path, lang: str) -> Path:
    """Where the notebook of a source and language lies."""
    return source.parent.parent / lang / f"{source.stem}.ipynb"


def build(source: Path, lang: str) -> str:
    """The notebook's text, freshly run."""
    nb = translation(source, lang)
    run(nb, target(source, lang).parent, lang)
    return as_text(nb)


def stale(source: Path, lang: str) -> str:
    """Why the stored notebook is not what its source says; empty when it is.

    Metadata are not compared: JupyterLab writes its own into every notebook that it saves. Nor are outputs: nbval does.
    """
    path = target(source, lang)
    if not path.is_file():
        return f"{path}: not built; make notebooks"
    stored, wanted = nbformat.read(path, as_version=4), translation(source, lang)
    if worked_in(stored):
        return f"{path}: you have worked in it; git restore {path}"
    ways = f"if you have worked in it, git restore {path}; if you have changed its source, make notebooks"
    if [cell.id for cell in stored.cells] != [cell.id for cell in wanted.cells]:
        return f"{path}: its cells are not those of its source; {ways}"
    for place, (old, new) in enumerate(zip(stored.cells, wanted.cells, strict=True)):
        if (old.cell_type, old.source) != (new.cell_type, new.source):
            return f"{path}: cell {place} is not that of its source; {ways}"
        if old.cell_type == "code" and old.execution_count is None:
            return f"{path}: cell {place} was never run; {ways}"
    return ""


def worked_in(stored: NotebookNode) -> bool:
    """Whether a learner has run cells and saved: widgets are alive, or cells were not run once each and in order."""
    code = [cell for cell in stored.cells if cell.cell_type == "code"]
    counts = [cell.execution_count for cell in code if cell.execution_count is not None]
    alive = any(WIDGET_VIEW in output.get("data", {}) for cell in code for output in cell.outputs)
    return alive or counts != list(range(1, len(counts) + 1))


def main(argv: list[str] | None = None) -> int:
    """Build or check the lessons of a folder."""
    parser = argparse.ArgumentParser(prog="python -m kubelab.lab.build", description=main.__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("notebooks"))
    parser.add_argument(
        "--check", action="store_true", help="build nothing; fail if a notebook is not what its source says"
    )
    parser.add_argument("--only", default="", help="only the lessons whose names begin so")
    arguments = parser.parse_args(argv)
    faults = 0
    for source in lessons(arguments.folder):
        for lang in LANGUAGES:
            if not source.name.startswith(arguments.only):
                continue
            if arguments.check:
                reason = stale(source, lang)
                faults += bool(reason)
                if reason:
                    print(reason)
                continue
            path = target(source, lang)
            path.parent.mkdir(exist_ok=True)
            path.write_text(build(source, lang), encoding="utf-8")
            print(path)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
