"""Programs that an image has and kubelab does not play: what is said in place of what they would show."""

from __future__ import annotations

from kubelab.language import say

# They show what is not reckoned here: disks, memory, sockets, the hops of a way.
SHOWING = (
    "arp", "df", "du", "free", "ifconfig", "lsof", "netstat", "ps", "route", "ss", "telnet", "top", "tracepath",
    "traceroute", "uptime",
)  # fmt: skip


def unplayed(program: str, *played: str) -> str:
    """The sentence about such a program; `played` are some that there are."""
    there = ", ".join(played)
    return say(
        es=f"kubelab no simula el programa `{program}`" + (f"; sí simula {there}…" if there else ""),
        en=f"kubelab does not play the program `{program}`" + (f"; it does play {there}…" if there else ""),
    )


def in_a_script(program: str) -> str:
    """What a container's own script hears of such a program: those that show nothing are passed over in silence."""
    return f"{unplayed(program)}\n" if program in SHOWING else ""
