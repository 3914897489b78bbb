"""The files of one container: its own layer, the volumes that it mounts, and what its image brings.

Its own layer goes with it: the container that is started in its place finds only what is in volumes.

Left out
    Of an image's files only a few are known; nothing has an owner or a mode, and there are no links.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from kubelab.node.image_store import entry_of
from kubelab.node.shell.world import Lifetime, whole
from kubelab.node.tools import image_files

if TYPE_CHECKING:
    from kubelab.node.behavior import Behavior
    from kubelab.node.sandbox import Container
    from kubelab.node.volume_files import Mount

LONGEST = 100_000  # letters of a file: of one that grows, the last ones are kept
NOWHERE = ("/dev/", "/proc/")


class ContainerFiles:
    """The files of a container as they are, or as they will be, `age` seconds after its start."""

    __slots__ = ("age", "held")

    def __init__(self, held: Container, age: float) -> None:
        self.held, self.age = held, age

    @property
    def known(self) -> bool:
        """Whether a file that is not here is not there: of programs that nobody knows it may be."""
        return self.held.behavior.files is not None or entry_of(self.held.image) is not None

    def mount(self, path: str) -> Mount | None:
        """The volume that a path leads into."""
        return next(
            (each for each in self.held.mounts if path == each.place or path.startswith(each.place + "/")), None
        )

    def read(self, path: str) -> str | None:
        """The text of a file; None where there is none."""
        path = whole(path)
        mount = self.mount(path)
        if mount is not None:
            inner = mount.inner(path)
            names = mount.volume.files(names=True)
            return mount.volume.files().get(inner) if inner in names else None
        own = next((each for each in self._own() if each.path == path), None)
        if own is not None:
            return own.text
        return None if path in self.held.removed else self._of_image().get(path)

    def is_own(self, path: str) -> bool:
        """Whether a file is other than what the image brings: written, or in a volume."""
        return self.mount(path) is not None or any(each.path == path for each in self._own())

    def paths(self) -> list[str]:
        """All files, those of volumes first; a folder ends with a slash."""
        mounted = [path for mount in self.held.mounts for path in (f"{mount.place}/", *mount.files())]
        own = [
            *(each.path for each in self._own()),
            *(each for each in self._of_image() if each not in self.held.removed),
        ]
        return list(dict.fromkeys([*mounted, *(path for path in own if self.mount(path) is None)]))

    def write(self, path: str, text: str, *, append: bool = False) -> Behavior | None:
        """Write a file. Answers how the container behaves with it, None where that is as before."""
        path = whole(path)
        if path.startswith(NOWHERE):
            return None
        before = self.read(path)
        text = ((before or "") + text if append else text)[-LONGEST:]
        if text == before:
            return None
        mount = self.mount(path)
        if mount is not None:
            if not mount.read_only:
                mount.volume.texts[mount.inner(path)] = text
            return None if mount.read_only else self.held.behavior
        return replace(self.held.behavior, files=(*self._without(path), Lifetime(path, self.age, text=text)))

    def remove(self, path: str) -> Behavior | None:
        """Take a file away. Answers how the container behaves without it, None where that is as before."""
        path = whole(path)
        if self.read(path) is None:
            return None
        mount = self.mount(path)
        if mount is not None:
            if not mount.read_only:
                mount.volume.texts.pop(mount.inner(path), None)
            return None if mount.read_only else self.held.behavior
        if path in self._of_image():
            self.held.removed[path] = None
        return replace(self.held.behavior, files=self._without(path))

    def _own(self) -> list[Lifetime]:
        return [each for each in self.held.behavior.files or () if each.since <= self.age < each.until]

    def _without(self, path: str) -> tuple[Lifetime, ...]:
        """What its program has made and will make, when the file at a path has just gone; the past is past."""
        return tuple(
            each
            for each in self.held.behavior.files or ()
            if each.until > self.age and not (each.path == path and each.since <= self.age)
        )

    def _of_image(self) -> dict[str, str]:
        held = self.held
        pages = dict[str, str]()
        if held.behavior.root:
            body = held.behavior.body.replace("{pod}", held.pod)
            pages = {place_of(held.behavior.root, page): f"{body}\n" for page in held.pages}
        return {**image_files(held.image), **pages}


def place_of(root: str, page: str) -> str:
    """The file that a web server shows for a path.

    Examples
    --------
    >>> place_of("/www", "/"), place_of("/www", "/news/a.html?x=1")
    ('/www/index.html', '/www/news/a.html')
    """
    page = page.partition("?")[0]
    return f"{root}{page}index.html" if page.endswith("/") else f"{root}{page}"


def shown(held: Container, age: float) -> Behavior:
    """How a web server behaves whose image's pages may have been removed, or hidden by a volume.

    In Kubernetes
        Nothing of it: nginx answers 403 for a folder without an index, and 404 for a file that is not there.

    Left out
        Apache lists a folder instead.
    """
    behavior, files = held.behavior, ContainerFiles(held, age)
    if not behavior.root or not held.pages:
        return behavior
    there = tuple(page for page in held.pages if files.read(place_of(behavior.root, page)) is not None)
    forbidden = ("/",) if "/" in held.pages and "/" not in there else ()
    paths = there or ("",)  # no path at all would mean all of them
    same = paths == behavior.paths and forbidden == behavior.forbidden
    return behavior if same else replace(behavior, paths=paths, forbidden=forbidden)
