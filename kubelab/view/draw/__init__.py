"""Figures: what a cluster is and was, drawn with matplotlib and networkx.

Each figure is a module with a plain function of that name: the cluster and an Axes in, the same Axes out. `Draw` puts
them on a sheet of their own where no Axes is given. Nothing here imports a drawing library before something is drawn.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kubelab.arguments import ArgumentError, checked_class, unfit
from kubelab.language import say
from kubelab.near_names import NearNames

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kubelab.cluster import Cluster
    from kubelab.network.response import Response
    from kubelab.network.traffic import Traffic

FIGURES = (
    "architecture", "placement", "traffic", "timeline", "availability", "sequence", "owners",
    "path", "packet", "shares", "services", "rules",
)  # fmt: skip


@checked_class("cluster.draw")
class Draw(NearNames):
    """The figures of one cluster: `cluster.draw.placement()` shows itself in a notebook.

    With an Axes (`cluster.draw.placement(ax=ax)`) the figure is drawn on it, and the same Axes is the answer.

    Of the cluster: architecture, placement, timeline, sequence, owners, services, and the rules of a Service on a node.
    Of all traffic: traffic, availability. Of one load: shares. Of one request: path, packet.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def architecture(self, ax: Axes | None = None) -> Any:
        """Masters, workers, the processes on them and who talks to whom."""
        return self._drawn("architecture", ax)

    def placement(self, ax: Axes | None = None) -> Any:
        """Which pod is on which node, and how each is."""
        return self._drawn("placement", ax)

    def traffic(self, ax: Axes | None = None, since: float = 0.0) -> Any:
        """Which pod answered how many requests, when; and how many nobody answered."""
        return self._drawn("traffic", ax, since)

    def timeline(self, ax: Axes | None = None, since: float = 0.0) -> Any:
        """What happened to nodes, pods and replicas over virtual time."""
        return self._drawn("timeline", ax, since)

    def availability(self, ax: Axes | None = None, since: float = 0.0) -> Any:
        """The share of requests that were answered, over virtual time."""
        return self._drawn("availability", ax, since)

    def sequence(self, since: float | None = None, about: str | None = None, ax: Axes | None = None) -> Any:
        """Who told whom what after a write: the last of `kubectl` that led to pods, or the last `about` an object."""
        return self._drawn("sequence", ax, since, about)

    def owners(self, ax: Axes | None = None) -> Any:
        """Which object owns which, down to the pods, and which Services send traffic to those."""
        return self._drawn("owners", ax)

    def path(self, response: Response, ax: Axes | None = None) -> Any:
        """The way of one request over the cluster, station by station, and where it was lost."""
        return self._drawn("path", ax, _answer("path", response))

    def packet(self, response: Response, ax: Axes | None = None) -> Any:
        """One packet's way as a sequence, with its addresses before and after each translation, there and back."""
        return self._drawn("packet", ax, _answer("packet", response))

    def shares(self, load: Traffic | None = None, ax: Axes | None = None) -> Any:
        """The share of a load that each pod answered, over virtual time, and the share that was lost."""
        return self._drawn("shares", ax, _load(load))

    def services(self, name: str | None = None, ax: Axes | None = None) -> Any:
        """From doors and Ingresses over Services and EndpointSlices to pods and containers, with every port."""
        return self._drawn("services", ax, name)

    def rules(self, node: str, service: str, ax: Axes | None = None) -> Any:
        """The chains of a Service's rules on a node as a tree, with the chance of each branch."""
        return self._drawn("rules", ax, node, service)

    def _drawn(self, name: str, ax: Axes | None, *options: Any) -> Any:
        figure = import_module(f"kubelab.view.draw.{name}")
        draw = getattr(figure, name)
        if ax is not None:
            return draw(self._cluster, _axes(name, ax), *options)
        from kubelab.view.draw.sheet import sheet
        from kubelab.view.picture import Picture

        summary = figure.summary(self._cluster, *options)
        alt = getattr(figure, "alt", figure.summary)(self._cluster, *options)
        ax = draw(self._cluster, sheet(*figure.size(self._cluster, *options)), *options)
        return Picture(ax.figure, summary, alt)

    def __dir__(self) -> list[str]:
        return list(FIGURES)

    def __repr__(self) -> str:
        return f"Draw: {', '.join(FIGURES)}"


def _answer(name: str, given: Any) -> Response:
    from kubelab.network.response import Response

    if isinstance(given, Response):
        return given
    url = given if isinstance(given, str) and "://" in given else "http://shop"
    how = f'cluster.draw.{name}(cluster.request("{url}"))'
    raise ArgumentError(
        _unfit(name, "response", given, es="la respuesta de una petición", en="the answer of a request", how=how)
    )


def _load(given: Any) -> Traffic | None:
    from kubelab.network.traffic import Traffic

    if given is None or isinstance(given, Traffic):
        return given
    how = 'load = cluster.traffic("http://shop", rate=20); cluster.run(30); cluster.draw.shares(load)'
    es, en = "lo que devuelve cluster.traffic", "what cluster.traffic answers"
    raise ArgumentError(_unfit("shares", "load", given, es=es, en=en, how=how))


def _axes(name: str, given: Any) -> Axes:
    from matplotlib.axes import Axes

    from kubelab.network.traffic import Traffic

    if isinstance(given, Axes):
        return given
    how = f"cluster.draw.{name}()"
    if isinstance(given, Traffic):
        how = say(es=f"{how} es de todo el tráfico; de uno, ", en=f"{how} is of all traffic; of one load, ")
        how += "cluster.draw.shares(load)"
    raise ArgumentError(_unfit(name, "ax", given, es="un Axes de matplotlib", en="an Axes of matplotlib", how=how))


def _unfit(name: str, what: str, given: Any, *, es: str, en: str, how: str) -> str:
    return f"{unfit(f'cluster.draw.{name}: {what}', given, es=es, en=en)}: {how}"
