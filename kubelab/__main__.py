"""The command line: `kubelab lab` opens the lessons in JupyterLab, `kubelab serve` answers real kubectl."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kubelab import __version__
from kubelab.clients import serving
from kubelab.lab import lessons


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    top = argparse.ArgumentParser(prog="kubelab", description="A whole small Kubernetes, to learn from in Jupyter.")
    top.add_argument("--version", action="version", version=f"kubelab {__version__}")
    commands = top.add_subparsers(dest="command", required=True)
    lab = commands.add_parser("lab", help="open the lessons in JupyterLab")
    lab.add_argument("--lang", choices=("es", "en"), help="language of the lessons (otherwise that of your system)")
    lab.add_argument("--no-browser", action="store_true", help="start the server and print its address only")
    lab.add_argument("--port", type=int, help="port of the server")
    lab.add_argument("--folder", type=Path, help="copy the lessons into this folder and work there")
    serve = commands.add_parser("serve", help="answer real kubectl (and any other client of Kubernetes)")
    serving.add_arguments(serve)
    return top


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says."""
    said = parser().parse_args(argv)
    if said.command == "serve":
        return serving.run(said)
    lang = said.lang or lessons.preferred_language()
    return lessons.open_lab(lang, browser=not said.no_browser, port=said.port, folder=said.folder)


if __name__ == "__main__":
    sys.exit(main())
