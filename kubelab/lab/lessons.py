"""Where the lessons are, and JupyterLab opened on the first of them."""

from __future__ import annotations

import importlib.util
import locale
import os
import shutil
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from kubelab.language import LANGUAGES

FIRST = "00-start-here.ipynb"
PARTS = ("notebooks/es", "notebooks/en", "data")  # the folders a learner needs: what the wheel carries
TAUGHT = (".ipynb", ".yaml")


def preferred_language(system: str | None = None) -> str:
    """The first language of the user's system that kubelab speaks, else English; `KUBELAB_LANG` goes before it.

    `system` stands for what the operating system says where no variable does (Windows: `Spanish_Spain`).
    """
    names = ("KUBELAB_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = [part for name in names for part in os.environ.get(name, "").split(":")]
    said.append(system if system is not None else locale.getlocale()[0] or "")
    codes = [{"spanish": "es", "english": "en"}.get(part.split("_")[0].lower(), part[:2].lower()) for part in said]
    return next((code for code in codes if code in LANGUAGES), "en")


def of_checkout() -> Path | None:
    """The project's own folder, when kubelab runs from a checkout of it."""
    root = Path(__file__).resolve().parents[2]
    return root if (root / "notebooks" / "src").is_dir() else None


def copied(into: Path) -> Path:
    """A copy of the lessons, of the checkout or of the package: `notebooks/` and `data/`, yours to change.

    A file that is there already stays as it is: what a learner wrote is never overwritten.
    """
    home = of_checkout() or Path(str(files("kubelab") / "lessons"))
    if not home.is_dir():
        raise FileNotFoundError(f"this kubelab came without its lessons ({home} is missing)")
    for part in PARTS:
        for source in sorted((home / part).glob("*")):
            copy = into / part / source.name
            if source.suffix in TAUGHT and not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, copy)
    return into


def find(folder: Path | None = None) -> Path:
    """The folder that holds `notebooks/` and `data/`: the checkout, or a copy in `folder` (`kubelab-lessons`)."""
    if folder is None and (root := of_checkout()) is not None:
        return root
    return copied((folder or Path("kubelab-lessons")).resolve())


def open_lab(lang: str, *, browser: bool = True, port: int | None = None, folder: Path | None = None) -> int:
    """Start JupyterLab on lesson 00 and wait until it is closed; returns its exit code."""
    if importlib.util.find_spec("jupyterlab") is None:
        print("JupyterLab is not installed: pip install 'kubelab[lab]'", file=sys.stderr)
        return 1
    root = find(folder)
    first = root / "notebooks" / lang / FIRST
    command = [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.default_url=/lab/tree/notebooks/{lang}/{FIRST}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    command += [] if browser else ["--no-browser"]
    command += [f"--port={port}"] if port else []
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    print(first, flush=True)
    with subprocess.Popen(command, env=os.environ | {"KUBELAB_LANG": lang}) as server:
        # who ends this program ends JupyterLab with it
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            return server.wait()
        except KeyboardInterrupt:
            return 0
