"""Lesson 00 in a real browser: it runs from top to bottom, a server is killed by a click, and the pods move."""

import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from browser import PATIENCE, TOP, in_browser, open_notebook

pytestmark = in_browser
