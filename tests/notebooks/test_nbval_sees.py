"""What nbval alone would let pass: a picture or a widget that is gone, a cell that was never run."""

import base64
import importlib.util
import struct
from pathlib import Path

spec = importlib.util.spec_from_file_location("lesson_cells", Path(__file__).parents[2] / "notebooks" / "conftest.py")
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
