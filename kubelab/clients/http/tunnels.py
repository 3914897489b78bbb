"""Tunnels: connections that become something else than HTTP."""

from __future__ import annotations

from aiohttp import web


class Tunnel:
    """What a connection becomes after an `Upgrade`."""

    async def run(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer the upgrade, and be the tunnel until one of both ends closes it."""
        raise NotImplementedError
