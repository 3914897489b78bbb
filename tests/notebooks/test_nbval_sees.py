"""What nbval alone would let pass: a picture or a widget that is gone, a cell that was never run."""

import base64
import importlib.util
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
spec = importlib.util.spec_from_file_location("lesson_cells", NOTEBOOKS / "conftest.py")
lesson_cells = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lesson_cells)


def png(width, height, tail=b""):
    return base64.b64encode(lesson_cells.PNG + b"\0\0\0\rIHDR" + struct.pack(">II", width, height) + tail).decode()


def test_a_picture_is_compared_by_its_size():
    assert lesson_cells.shape({"image/png": png(30, 20, b"a")}) == lesson_cells.shape({"image/png": png(30, 20, b"b")})
    assert lesson_cells.shape({"image/png": png(30, 20)}) != lesson_cells.shape({"image/png": png(30, 21)})
    assert lesson_cells.shape({"image/png": png(30, 20)}) != lesson_cells.shape({})
    assert lesson_cells.shape({"image/png": "AAAA"}) == {"picture": "not a picture"}


def test_a_widget_is_compared_with_the_mark_that_the_build_left():
    fresh = {lesson_cells.WIDGET_VIEW: {"model_id": "random"}, "text/plain": "words"}
    assert lesson_cells.shape(fresh) == lesson_cells.shape({lesson_cells.WIDGET_WAS_HERE: {}, "text/plain": "words"})
    assert lesson_cells.shape(fresh) != lesson_cells.shape({"text/plain": "words"})


def test_texts_stay_as_they_are():
    assert lesson_cells.shape({"text/plain": "words"}) == {"text/plain": "words"}


PICTURE = """
import base64
from IPython.display import display
display({"image/png": base64.b64decode("%s"), "text/plain": "a picture"}, raw=True)
"""


def test_a_tampered_notebook_fails_and_an_honest_one_passes(tmp_path):
    """nbval itself, over notebooks that it would pass without what the conftest adds."""
    shutil.copy(NOTEBOOKS / "conftest.py", tmp_path)
    honest = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PICTURE % png(30, 20), execution_count=1)])
    shown = {"image/png": png(30, 20), "text/plain": "a picture"}
    honest.cells[0].outputs = [nbformat.v4.new_output("display_data", data=shown)]
    without, smaller, unrun = (nbformat.from_dict(honest) for _ in range(3))
    del without.cells[0].outputs[0].data["image/png"]
    smaller.cells[0].outputs[0].data["image/png"] = png(3, 2)
    unrun.cells[0].execution_count = None
    for name, nb in {"honest": honest, "without": without, "smaller": smaller, "unrun": unrun}.items():
        nbformat.write(nb, tmp_path / f"{name}.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "--nbval", "--nbval-current-env", "-p", "no:cacheprovider", tmp_path],
        cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout
    assert "3 failed" in done.stdout, done.stdout
    assert "PASSED honest.ipynb" in done.stdout, done.stdout
