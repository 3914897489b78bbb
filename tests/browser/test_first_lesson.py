"""Lesson 00 as a learner meets it: it runs from top to bottom, a click kills a server, the pods come back elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from browser import PATIENCE, TOP, in_browser, open_notebook

pytestmark = in_browser

PODS = """() => [...document.querySelectorAll('.kubelab-lab [data-key^="pod/"]:not(.gone)')]
    .map(piece => piece.dataset.key)"""


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    for part in ("notebooks/es", "data"):
        shutil.copytree(TOP / part, tmp_path / part)
    return tmp_path


def test_the_first_lesson_runs_and_a_click_moves_the_pods(lessons: Path, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=PATIENCE)
    with open_notebook(lessons, "notebooks/es/00-start-here.ipynb", height=1400) as notebook:
        # what was stored is to be seen before anything has run
        expect(notebook.panel.locator('img[alt*="nodo"]').first).to_be_visible()
        notebook.run_all()
        lab = notebook.panel.locator(".kubelab-lab")
        expect(lab.locator('[data-key="node/worker-1"]')).to_contain_text("apagado")
        expect(notebook.output(11)).to_contain_text("356 s")
        notebook.screenshot(tmp_path / "ran.png")

        _predict(notebook, expect)

        before = notebook.page.evaluate(PODS)
        lab.get_by_role("button", name="Apagar worker-2").click()
        expect(lab.locator('[data-key="node/worker-2"]')).to_contain_text("apagado")
        lab.get_by_label("Velocidad").select_option("60")
        lab.get_by_role("button", name="Reproducir").click()
        deployment = lab.locator('[data-key^="card/"]').filter(has_text="Deployment")
        expect(deployment).to_contain_text("2/3")
        expect(deployment).to_contain_text("3/3")
        lab.get_by_role("button", name="Pausa").click()
        after = notebook.page.evaluate(PODS)
        assert set(after) - set(before), "no pod came in place of the one that was lost"
        notebook.screenshot(tmp_path / "moved.png")


def _predict(notebook: Any, expect: Any) -> None:
    """Ask again, choose, lock: then the choice can no longer be changed."""
    notebook.run_cell(6)
    form = notebook.cell(6)
    form.get_by_label("Menos de un minuto").check()
    form.get_by_role("button", name="Guardar mi predicción").click()
    expect(form).to_contain_text("Guardada")
    expect(form.get_by_label("Menos de un minuto")).to_be_disabled()
