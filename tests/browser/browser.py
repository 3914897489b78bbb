"""JupyterLab in a real Chromium: a server of its own, a notebook open in it, and no word to any other machine.

    with open_notebook(folder, "lesson.ipynb") as notebook:
        notebook.run_all()
        notebook.page.get_by_role("button", name="Kill worker-2").click()

Leaving the block fails if the page wrote an error to its console or asked anything of another machine.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[2]
PATIENCE = 60_000  # milliseconds: a loaded machine starts a kernel slowly
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # all cells are in the page, seen or not
}


def why_not() -> str:
    """What is missing to run a browser test; empty where nothing is."""
    if CHROMIUM is None:
        return "no chromium on this machine (Debian: apt-get install chromium)"
    missing = [name for name in ("playwright", "jupyterlab") if find_spec(name) is None]
    return f"not installed: {', '.join(missing)} (pip install 'kubelab[test]')" if missing else ""


# What a module of browser tests says once: pytestmark = in_browser
in_browser = [pytest.mark.browser, pytest.mark.skipif(bool(why_not()), reason=why_not() or "all is there")]


@dataclass
class Notebook:
    """A notebook open in JupyterLab. `page` is Playwright's page, `panel` the notebook within it."""

    page: Any
    panel: Any
    errors: list[str] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)

    def run_all(self) -> None:
        """Run every cell, and wait until all have run; an error or a word on stderr fails."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self.expect_all_ran()

    def expect_all_ran(self) -> None:
        """Every code cell that holds code has a number, and none shows an error."""
        from playwright.sync_api import expect

        prompts = self.panel.locator(".jp-CodeCell .jp-InputPrompt")
        for index in range(prompts.count()):
            expect(prompts.nth(index)).to_have_text(re.compile(r"^\[\d+\]:$"), timeout=PATIENCE)
        for kind in ("error", "stderr"):
            bad = self.panel.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]')
            assert bad.count() == 0, bad.first.inner_text()

    def cell(self, number: int) -> Any:
        """The code cell of that number, from 1 (text cells not counted)."""
        return self.panel.locator(".jp-CodeCell").nth(number - 1)

    def output(self, number: int) -> Any:
        """The outputs of the code cell of that number."""
        return self.cell(number).locator(".jp-OutputArea-output")

    def run_cell(self, number: int) -> None:
        """Run one code cell, as Ctrl+Enter in it does."""
        from playwright.sync_api import expect

        prompt = self.cell(number).locator(".jp-InputPrompt")
        before = prompt.inner_text()
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(before, timeout=PATIENCE)
        expect(prompt).to_have_text(re.compile(r"^\[\d+\]:$"), timeout=PATIENCE)

    def theme(self, dark: bool) -> None:
        """Switch JupyterLab to its dark or its light theme."""
        name = "JupyterLab Dark" if dark else "JupyterLab Light"
        self.page.evaluate("name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})", name)
        light = "false" if dark else "true"
        self.page.locator(f'body[data-jp-theme-light="{light}"]').wait_for(state="attached")
        self.page.wait_for_timeout(500)

    def screenshot(self, path: Path) -> None:
        """What the window shows, as a PNG."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(path))


def write_notebook(path: Path, *cells: str) -> None:
    """A notebook of these code cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    body = [
        {"cell_type": "code", "id": f"cell-{n}", "metadata": {}, "source": code, "outputs": [], "execution_count": None}
        for n, code in enumerate(cells)
    ]
    notebook = {"cells": body, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook), encoding="utf-8")


@contextmanager
def open_notebook(
    folder: Path, name: str, *, width: int = 1280, height: int = 1000, environment: dict[str, str] | None = None
) -> Iterator[Notebook]:
    """The notebook `name` of `folder`, open in a JupyterLab and a Chromium of its own, its kernel ready.

    The folder is served as it is: give a copy if the notebook is not to be changed.
    """
    from playwright.sync_api import sync_playwright

    scratch = Path(tempfile.mkdtemp(prefix="kubelab-browser-"))
    try:
        with jupyterlab(folder, scratch, environment or {}) as (address, token), sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                str(scratch / "chromium"),
                executable_path=CHROMIUM,
                headless=True,
                chromium_sandbox=False,
                args=ARGUMENTS,
                viewport={"width": width, "height": height},
            )
            try:
                yield from _visit(context.pages[0], address, token, name)
            finally:
                context.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _visit(page: Any, address: str, token: str, name: str) -> Iterator[Notebook]:
    page.set_default_timeout(PATIENCE)
    notebook = Notebook(page, page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)"))
    here = (address, address.replace("http", "ws"), "data:", "blob:")
    page.on("pageerror", lambda error: notebook.errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and notebook.errors.append(said.text))
    page.on("request", lambda asked: asked.url.startswith(here) or notebook.foreign.add(asked.url))
    page.goto(f"{address}/lab/tree/{name}?reset&token={token}")
    page.locator("#jupyterlab-splash").wait_for(state="detached")
    notebook.panel.locator(".jp-Notebook").wait_for()
    # The application's own promises: the toolbar's kernel sign says "idle" before there is a connection.
    page.evaluate("""async () => {
        const app = window.jupyterapp;
        await app.restored;
        const context = app.shell.currentWidget.context;
        await context.ready;
        await context.sessionContext.ready;
        await context.sessionContext.session.kernel.info;
    }""")
    yield notebook
    assert notebook.errors == [], f"the page's console: {notebook.errors}"
    assert notebook.foreign == set(), f"asked of other machines: {sorted(notebook.foreign)}"


@contextmanager
def jupyterlab(folder: Path, scratch: Path, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A JupyterLab that serves `folder` on a free port and keeps all that is its own in `scratch`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token, log = secrets.token_hex(16), scratch / "jupyterlab.log"
    settings = scratch / "settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(SETTINGS))
    own = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "user-settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
        "MPLCONFIGDIR": "matplotlib",
    }
    paths = os.pathsep.join(filter(None, [str(TOP), os.environ.get("PYTHONPATH", "")]))
    environment = {
        **os.environ,
        **{name: str(scratch / part) for name, part in own.items()},
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": paths,
        **environment,
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}"),
        *("--expose-app-in-browser", f"--LabApp.app_settings_dir={settings}", "--LabApp.news_url=None"),
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/api/status?token={token}", log)
        yield f"http://127.0.0.1:{port}", token
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(5)


def _wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            pytest.fail(f"JupyterLab did not start:\n{log.read_text()}")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not answer:\n{log.read_text()}")
