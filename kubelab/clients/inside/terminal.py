"""A terminal: what is typed comes back, and each line is a command.

Left out
    History, the arrow keys, completion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kubelab.clients.inside import commands

if TYPE_CHECKING:
    from kubelab.clients.inside.container import Inside

_RETURN, _NEWLINE, _ERASE, _BACKSPACE, _INTERRUPT, _END = 13, 10, 127, 8, 3, 4
_LONGEST_LINE = 4096
PROMPT = "/ # "


class Terminal:
    """A shell in a container. With `tty` it shows a prompt and what is typed; without, only what commands write."""

    def __init__(self, inside: Inside, *, tty: bool) -> None:
        self.inside, self.tty = inside, tty
        self.over, self.code = False, 0
        self._line = bytearray()
        self._seen_return = False

    def greeting(self) -> bytes:
        """What is there before anything is typed."""
        return PROMPT.encode() if self.tty else b""

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """What appears, on the screen and as errors, when this is typed."""
        out, err = bytearray(), bytearray()
        for byte in data:
            if self.over:
                break
            self._typed(byte, out, err)
        return bytes(out), bytes(err)

    def _typed(self, byte: int, out: bytearray, err: bytearray) -> None:
        after_return, self._seen_return = self._seen_return, byte == _RETURN
        if byte in (_RETURN, _NEWLINE):
            if not (byte == _NEWLINE and after_return):
                self._entered(out, err)
        elif byte == _END:
            if not self.tty and self._line:
                self._entered(out, err)
            self.over = not self._line
        elif byte == _INTERRUPT and self.tty:
            self._line.clear()
            out += f"^C\r\n{PROMPT}".encode()
        elif byte in (_ERASE, _BACKSPACE) and self.tty:
            if self._line:
                del self._line[-1]
                out += b"\b \b"
        elif len(self._line) < _LONGEST_LINE and (byte >= 32 or byte == 9):
            self._line.append(byte)
            if self.tty:
                out.append(byte)

    def _entered(self, out: bytearray, err: bytearray) -> None:
        """A line is whole: run it."""
        line = self._line.decode(errors="replace").strip()
        self._line.clear()
        ending = "\r\n" if self.tty else "\n"
        if self.tty:
            out += ending.encode()
        if line == "exit" or line.startswith("exit "):
            digits = line[5:].strip()
            self.over, self.code = True, int(digits) if digits.isdigit() and len(digits) < 4 else self.code
            return
        if line:
            done = commands.script(self.inside, line)
            self.code = done.code
            out += done.out.replace("\n", ending).encode()
            (out if self.tty else err).extend(done.err.replace("\n", ending).encode())
        if self.tty:
            out += PROMPT.encode()
