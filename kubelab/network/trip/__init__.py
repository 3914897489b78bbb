"""A request's way, station by station: sender, name, rules, policies, links, pod, program.

Each station is a module with one function or a few that take the `Trip`: they move its packet on, pass its time, add
its hops, or raise `LostError`.
"""

from kubelab.network.trip.trip import Trip

__all__ = ["Trip"]
