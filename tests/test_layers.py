"""The house has floors: a module imports from its own floor and from those below, never from above."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "kubelab"

# From the ground up. A module belongs to the first entry that its name begins with.
FLOORS = [
    ["kubelab.language", "kubelab.arguments", "kubelab.near_names", "kubelab.clock", "kubelab.timings"],
    ["kubelab.journal", "kubelab.passing_time"],
    ["kubelab.api"],
    ["kubelab.machine"],
    ["kubelab.control_plane.etcd"],
    ["kubelab.control_plane.api_server"],
    ["kubelab.client_go"],
    ["kubelab.network.sentences", "kubelab.network.loss_words", "kubelab.network.hop_words"],
    ["kubelab.network.packet", "kubelab.network.ranges", "kubelab.network.links", "kubelab.network.policy"],
    ["kubelab.network.overlay"],
    ["kubelab.control_plane.controller_manager", "kubelab.control_plane.scheduler", "kubelab.node"],
    ["kubelab.control_plane"],
    ["kubelab.network"],
    ["kubelab.faults", "kubelab.breaking_things"],
    ["kubelab.clients"],
    ["kubelab.cluster"],
    ["kubelab.view"],
    ["kubelab.lab", "kubelab"],
]
MODULES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(module: str) -> int:
    best = max(
        (
            (len(prefix), number)
            for number, floor in enumerate(FLOORS)
            for prefix in floor
            if module == prefix or module.startswith(prefix + ".")
        ),
        default=None,
    )
    assert best, f"{module} belongs to no floor"
    return best[1]


def imports(path: Path, *, at_import: bool = True):
    """What a module imports when it is imported: not what functions import later, nor what only types need."""
    tree = ast.parse(path.read_text())
    skipped = set()
    for node in ast.walk(tree):
        if at_import and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            skipped.update(ast.walk(node))
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for child in node.body:
                skipped.update(ast.walk(child))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_import_only_from_their_floor_and_below(path):
    here = floor_of(name_of(path))
    known = {name_of(module) for module in MODULES}
    above = [name for name in imports(path) if name in known and floor_of(name) > here]
    assert not above


def test_only_the_api_server_and_its_machine_open_etcd():
    allowed = (
        "kubelab.control_plane.api_server",
        "kubelab.control_plane.master",
        "kubelab.control_plane.etcd",
        "kubelab.cluster",
    )
    openers = [
        name_of(path)
        for path in MODULES
        if any(name.startswith("kubelab.control_plane.etcd") for name in imports(path, at_import=False))
        and not name_of(path).startswith(allowed)
    ]
    assert openers == []


def test_controllers_know_nothing_of_the_scheduler_the_kubelets_or_each_other():
    for area in ("controller_manager", "scheduler"):
        for path in (PACKAGE / "control_plane" / area).rglob("*.py"):
            strangers = (
                "kubelab.node",
                "kubelab.network",
                "kubelab.cluster",
                "kubelab.faults",
                "kubelab.control_plane.api_server",
            )
            other = "scheduler" if area == "controller_manager" else "controller_manager"
            strangers += (f"kubelab.control_plane.{other}",)
            assert not [name for name in imports(path, at_import=False) if name.startswith(strangers)], path


def test_virtual_time_only():
    forbidden = ("time", "asyncio", "threading", "socket", "subprocess", "sched")
    core = [
        path
        for path in MODULES
        if not name_of(path).startswith(("kubelab.view", "kubelab.lab", "kubelab.__main__", "kubelab.clients"))
    ]
    for path in core:
        assert not [name for name in imports(path, at_import=False) if name in forbidden], path
        assert "datetime.now" not in path.read_text(), path


def test_random_numbers_come_from_the_cluster():
    for path in MODULES:
        if name_of(path).startswith("kubelab.clients.http"):
            continue  # tokens and keys must be nobody's to guess
        tree = ast.parse(path.read_text())
        calls = [
            ast.unparse(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("random.", "uuid.", "secrets."))
        ]
        assert [call for call in calls if not call.startswith("random.Random(")] == [], path


def test_no_set_is_iterated():
    """A set's order changes with PYTHONHASHSEED: membership is all that sets are for."""
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            loops = []
            if isinstance(node, ast.For):
                loops.append(node.iter)
            if isinstance(node, ast.ListComp | ast.DictComp | ast.GeneratorExp):
                loops += [generator.iter for generator in node.generators]
            for loop in loops:
                is_set = isinstance(loop, ast.Set | ast.SetComp) or (
                    isinstance(loop, ast.Call) and ast.unparse(loop.func) in ("set", "frozenset")
                )
                assert not is_set, f"{path.name}:{loop.lineno} iterates a set"


def test_modules_are_short_enough_to_read():
    long = {name_of(path): lines for path in MODULES if (lines := len(path.read_text().splitlines())) > 300}
    assert long == {}


def test_drawing_libraries_are_not_imported_before_something_is_drawn():
    heavy = ("matplotlib", "networkx", "anywidget", "ipywidgets", "IPython")
    outside = [path for path in MODULES if not name_of(path).startswith(("kubelab.view", "kubelab.lab"))]
    for path in outside:
        assert not [name for name in imports(path) if name.split(".")[0] in heavy], path
