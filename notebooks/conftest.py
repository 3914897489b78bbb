"""nbval, made to see what a reader sees.

nbval alone compares texts; it notices neither a picture nor a widget that is gone, and passes a cell that was never run.
Here pictures must be there and of the same size, widgets must be there, and a cell that was never run is a fault.
"""

import base64
import struct

from nbformat import NotebookNode
from nbval.plugin import IPyNbCell

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_WAS_HERE = "application/vnd.kubelab.widget+json"  # what the build leaves in place of a view
PNG = b"\x89PNG\r\n\x1a\n"


def pytest_itemcollected(item):
    if isinstance(item, IPyNbCell):
        item.__class__ = LessonCell


class LessonCell(IPyNbCell):
    """A code cell of a lesson: its texts are compared exactly, its pictures and widgets by presence and shape."""

    def runtest(self):
        if self.cell.execution_count is None and self.cell.source.strip() and not self.options["skip"]:
            self.raise_cell_error("this cell was stored without having been run: make notebooks")
        super().runtest()

    def compare_outputs(self, test, ref, skip_compare=None):
        return super().compare_outputs(shapes(test), shapes(ref), skip_compare)


def shapes(outputs):
    """The outputs with every picture and widget replaced by what must not change about it."""
    return [
        NotebookNode({**output, "data": shape(output["data"])}) if "data" in output else output for output in outputs
    ]


def shape(data):
    seen = dict(data)
    if "image/png" in seen:
        seen["picture"] = png_size(seen.pop("image/png"))
    if WIDGET_VIEW in seen or WIDGET_WAS_HERE in seen:
        seen.pop(WIDGET_VIEW, None)
        seen[WIDGET_WAS_HERE] = "a widget"
    return seen


def png_size(encoded):
    raw = base64.b64decode(encoded)
    if not raw.startswith(PNG) or len(raw) < 24:
        return "not a picture"
    return "{}x{} pixels".format(*struct.unpack(">II", raw[16:24]))
