"""The command line: `kubelab lab` opens the lessons in JupyterLab, `kubelab serve` answers real kubectl."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from kubelab import __version__, language
from kubelab.clients import serving
from kubelab.lab import lessons
from kubelab.language import LANGUAGES, say


class Parser(argparse.ArgumentParser):
    """Reads the command line, and speaks about it in the language of whoever types."""

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, **options)
        self._positionals.title = say(es="órdenes", en="commands")
        self._optionals.title = say(es="opciones", en="options")
        self.add_argument("-h", "--help", action="help", help=say(es="muestra esta ayuda", en="show this help"))

    def format_usage(self) -> str:
        """How it is called."""
        return super().format_usage().replace("usage: ", say(es="uso: ", en="usage: "), 1)

    def format_help(self) -> str:
        """How it is called, and what each part means."""
        return super().format_help().replace("usage: ", say(es="uso: ", en="usage: "), 1)


def parser() -> argparse.ArgumentParser:
    """What can be said on the command line."""
    about = say(
        es="Un Kubernetes pequeño y completo, para aprender con él en Jupyter.",
        en="A whole small Kubernetes, to learn from in Jupyter.",
    )
    top = Parser(prog="kubelab", description=about)
    version = say(es="muestra la versión", en="show the version")
    top.add_argument("--version", action="version", version=f"kubelab {__version__}", help=version)
    commands = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    lessons_open = say(es="abre las lecciones en JupyterLab", en="open the lessons in JupyterLab")
    lab = commands.add_parser("lab", help=lessons_open, description=lessons_open)
    spoken = say(es="idioma (si no, el de tu sistema)", en="language of the lessons (otherwise your system's)")
    lab.add_argument("--lang", choices=LANGUAGES, help=spoken)
    quiet = say(es="arranca el servidor y solo muestra su dirección", en="start the server and print its address only")
    lab.add_argument("--no-browser", action="store_true", help=quiet)
    lab.add_argument("--port", type=int, help=say(es="puerto del servidor", en="port of the server"))
    folder = say(es="copia las lecciones a esta carpeta y trabaja en ella", en="copy the lessons here and work there")
    lab.add_argument("--folder", type=Path, help=folder)
    answer = say(
        es="contesta al kubectl de verdad (y a cualquier otro cliente de Kubernetes)",
        en="answer real kubectl (and any other client of Kubernetes)",
    )
    serving.add_arguments(commands.add_parser("serve", help=answer, description=answer))
    return top


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says."""
    words = sys.argv[1:] if argv is None else argv
    language.use(_language(words))
    said = parser().parse_args(words)
    if said.command == "serve":
        return serving.run(said)
    return lessons.open_lab(language.current(), browser=not said.no_browser, port=said.port, folder=said.folder)


def _language(words: list[str]) -> str:
    """The language of `--lang`, which has to be known before the rest is read; without it, the system's."""
    for word, after in zip(words, [*words[1:], ""], strict=True):
        chosen = after if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and chosen in LANGUAGES:
            return chosen
    return lessons.preferred_language()


if __name__ == "__main__":
    sys.exit(main())
