"""Small programs about files and about the shell's own surroundings: `ls`, `test`, `touch`, `rm`, `env`, `true`."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping

from kubelab.node.shell.texts import TEXTS
from kubelab.node.shell.world import Done, World, whole

Variables = MutableMapping[str, str]
_NUMBERS: dict[str, Callable[[int, int], bool]] = {
    "-eq": int.__eq__,
    "-ne": int.__ne__,
    "-lt": int.__lt__,
    "-le": int.__le__,
    "-gt": int.__gt__,
    "-ge": int.__ge__,
}


def run(world: World, argv: list[str], stdin: str | None, variables: Variables) -> Done | None:
    """Run a program that needs nothing but text, files and variables; None where it is none of these."""
    name, args = argv[0], argv[1:]
    if name in TEXTS:
        return TEXTS[name](args, stdin, world)
    if name in ("[", "test", "[["):
        return Done(code=int(not _true([arg for arg in args if arg not in ("]", "]]")], world)))
    if name in ("env", "printenv"):
        return _env(args, variables)
    found = _FILES.get(name)
    return found(args, world) if found is not None else None


def known(name: str) -> bool:
    """Whether there is such a program here."""
    return name in TEXTS or name in _FILES or name in ("[", "test", "[[", "env", "printenv")


def _true(args: list[str], world: World) -> bool:
    """What `test` comes to."""
    for sign, both in (("-o", any), ("||", any), ("-a", all), ("&&", all)):
        if sign in args:
            at = args.index(sign)
            return both((_true(args[:at], world), _true(args[at + 1 :], world)))
    if args[:1] == ["!"]:
        return not _true(args[1:], world)
    if len(args) == 3:
        one, sign, other = args
        if sign in _NUMBERS:
            numbers = [int(each) if each.lstrip("-").isdigit() else 0 for each in (one, other)]
            return _NUMBERS[sign](*numbers)
        return (one == other) != (sign == "!=")
    if len(args) == 2:
        sign, what = args
        if sign in ("-n", "-z"):
            return bool(what) == (sign == "-n")
        start = f"{whole(what, world.folder).rstrip('/')}/"
        folder = any(path.startswith(start) for path in world.paths())
        text = world.read(what)
        return folder if sign == "-d" else bool(text) if sign == "-s" else text is not None or (folder and sign != "-f")
    return bool(args and args[0])


def _env(args: list[str], variables: Variables) -> Done:
    if not args:
        return Done("".join(f"{name}={text}\n" for name, text in variables.items()))
    missing = any(name not in variables for name in args)
    return Done("".join(f"{variables[name]}\n" for name in args if name in variables), "", int(missing))


def _ls(args: list[str], world: World) -> Done:
    out, err = "", ""
    for path in [arg for arg in args if not arg.startswith("-")] or ["."]:
        place, held = whole(path, world.folder), world.paths()
        folder = f"{place.rstrip('/')}/"
        names = sorted({each.removeprefix(folder).partition("/")[0] for each in held if each.startswith(folder)} - {""})
        if names or folder in held:
            out += "".join(f"{name}\n" for name in names)
        elif place in held:
            out += f"{path}\n"
        else:
            err += f"ls: {path}: No such file or directory\n"
    return Done(out, err, int(bool(err)))


def _touch(args: list[str], world: World) -> Done:
    for path in (arg for arg in args if not arg.startswith("-")):
        world.write(path, "", append=True)
    return Done()


def _mkdir(args: list[str], world: World) -> Done:
    for path in (arg for arg in args if not arg.startswith("-")):
        world.write(path.rstrip("/") + "/", "", append=True)
    return Done()


def _rm(args: list[str], world: World) -> Done:
    flags = "".join(arg for arg in args if arg.startswith("-"))
    err, held = "", world.paths()
    for path in (arg for arg in args if not arg.startswith("-")):
        place = whole(path, world.folder)
        inside = [each for each in held if "r" in flags.lower() and each.startswith(f"{place.rstrip('/')}/")]
        for each in [place, *inside]:
            if each in held:
                world.remove(each)
        if place not in held and not inside and "f" not in flags:
            err += f"rm: can't remove '{path}': No such file or directory\n"
    return Done("", err, int(bool(err)))


def _copy(args: list[str], world: World, *, keep: bool = True) -> Done:
    paths = [arg for arg in args if not arg.startswith("-")]
    text = world.read(paths[0]) if len(paths) == 2 else None
    if text is None:
        name = "cp" if keep else "mv"
        return Done("", f"{name}: can't stat '{paths[0] if paths else ''}': No such file or directory\n", 1)
    world.write(paths[1], text, append=False)
    if not keep:
        world.remove(paths[0])
    return Done()


def _move(args: list[str], world: World) -> Done:
    return _copy(args, world, keep=False)


def _said(text: str = "", code: int = 0) -> Callable[[list[str], World], Done]:
    def say_it(_: list[str], __: World) -> Done:
        return Done(text, "", code)

    return say_it


def _pwd(_: list[str], world: World) -> Done:
    return Done(f"{world.folder}\n")


def _base(args: list[str], world: World) -> Done:
    return Done(f"{args[0].rstrip('/').rpartition('/')[2].removesuffix(args[1] if args[1:] else '')}\n" if args else "")


def _folder(args: list[str], world: World) -> Done:
    return Done(f"{args[0].rpartition('/')[0] or '.'}\n" if args else "")


_FILES: dict[str, Callable[[list[str], World], Done]] = {
    "basename": _base,
    "cp": _copy,
    "dirname": _folder,
    "false": _said("", 1),
    "id": _said("uid=0(root) gid=0(root) groups=0(root)\n"),
    "ls": _ls,
    "mkdir": _mkdir,
    "mv": _move,
    "pwd": _pwd,
    "rm": _rm,
    "stat": _ls,
    "sync": _said(),
    "touch": _touch,
    "true": _said(),
    "uname": _said("Linux\n"),
    "whoami": _said("root\n"),
}
