"""From a script to the steps that a machine takes: commands, and the jumps between them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from kubelab.node.shell.steps import Redirect, Simple, Stage, Step, Steps
from kubelab.node.shell.tokens import ScriptError, Token, tokens

_ENDS = ("done", "fi", "esac", "then", "else", "elif", "do", "}", ")")
_ALWAYS, _NEVER = ("true", ":"), ("false",)


@lru_cache(maxsize=512)
def read(script: str) -> Steps:
    """The steps of a script.

    Raises
    ------
    ScriptError
        It is none.

    Examples
    --------
    >>> [step.verb for step in read("while true; do date; sleep 1; done")]
    ['run', 'unless', 'run', 'run', 'turn']
    """
    return Steps(_Reader(tokens(script)).all())


class _Reader:
    """Reads tokens from left to right, and writes steps."""

    def __init__(self, held: list[Token]) -> None:
        self.held, self.at = held, 0
        self.steps: list[Step] = []
        self.loops: list[tuple[int, list[int]]] = []  # where each begins, and its breaks

    def all(self) -> list[Step]:
        self._list()
        if self.at < len(self.held):
            raise ScriptError(f'sh: syntax error: unexpected "{self.held[self.at].text}"')
        return self.steps

    # -- tokens

    def _peek(self, *texts: str) -> bool:
        return self.at < len(self.held) and self.held[self.at].text in texts and self.held[self.at].kind != "redirect"

    def _take(self, *texts: str) -> str:
        if self.at >= len(self.held) or (texts and not self._peek(*texts)):
            met = f'unexpected "{self.held[self.at].text}"' if self.at < len(self.held) else "unexpected end of file"
            raise ScriptError(f"sh: syntax error: {met}" + (f' (expecting "{texts[0]}")' if texts else ""))
        self.at += 1
        return self.held[self.at - 1].text

    def _skip(self) -> None:
        while self._peek(";", "&"):
            self.at += 1

    def _step(self, verb: str, what: Any = None, to: int = 0) -> int:
        self.steps.append(Step(verb, what, to))
        return len(self.steps) - 1

    def _land(self, *jumps: int) -> None:
        for jump in jumps:
            self.steps[jump] = self.steps[jump]._replace(to=len(self.steps))

    # -- lists and pipes

    def _list(self, *ends: str) -> None:
        """Commands up to one of the words that end a list."""
        self._skip()
        while self.at < len(self.held) and not self._peek(*_ENDS, ";;"):
            self._and_or()
            if not self._peek(";", "&", *_ENDS, ";;") and self.at < len(self.held):
                raise ScriptError(f'sh: syntax error: unexpected "{self.held[self.at].text}"')
            self._skip()
        if ends:
            self._take(*ends)

    def _and_or(self) -> None:
        self._pipe()
        while self._peek("&&", "||"):
            jump = self._step("unless" if self._take() == "&&" else "if")
            self._skip()
            self._pipe()
            self._land(jump)

    def _pipe(self) -> None:
        negated = self._peek("!")
        self.at += negated
        begun = len(self.steps)
        self._command()
        stages = [self._cut(begun)] if self._peek("|") or self._at_redirect() else []
        while self._peek("|"):
            self.at += 1
            self._skip()
            begun = len(self.steps)
            self._command()
            stages.append(self._cut(begun))
        if stages:
            self._step("pipe", tuple(stages))
        if negated:
            self._step("not")

    def _at_redirect(self) -> bool:
        return self.at < len(self.held) and self.held[self.at].kind == "redirect"

    def _cut(self, begun: int) -> Stage:
        """Make a stage of its own of the steps since then; what would leave a loop around it only ends the stage."""
        for loop in self.loops:
            self._land(*(jump for jump in loop[1] if jump >= begun))
            loop[1][:] = [jump for jump in loop[1] if jump < begun]
        steps = [step._replace(to=step.to - begun) if step.to else step for step in self.steps[begun:]]
        del self.steps[begun:]
        redirects = list[Redirect]()
        while self._at_redirect():
            redirects += self._redirects()
        return Stage(Steps(steps), tuple(redirects))

    # -- commands

    def _command(self) -> None:
        word = self.held[self.at].text if self.at < len(self.held) else ""
        if self._peek("while", "until"):
            self._while(self._take())
        elif self._peek("for"):
            self._for()
        elif self._peek("if"):
            self._take()
            self._if()
        elif self._peek("case"):
            self._case()
        elif self._peek("{", "("):
            self._list("}" if self._take() == "{" else ")")
        elif self._peek("break", "continue") and self.loops:
            self._leave(self._take())
        elif not word:
            raise ScriptError("sh: syntax error: unexpected end of file")
        else:
            self._simple()

    def _while(self, word: str) -> None:
        head = len(self.steps)
        self._list("do")
        condition = self.steps[head:]
        said = condition[0].what.words if len(condition) == 1 and isinstance(condition[0].what, Simple) else ()
        endless = said[:1] and said[0] in (_ALWAYS if word == "while" else _NEVER)
        out = self._step("unless" if word == "while" else "if")
        self.loops.append((head, []))
        self._list("done")
        self._step("turn", bool(endless), head)
        self._land(out, *self.loops.pop()[1])

    def _for(self) -> None:
        self._take("for")
        name = self._take()
        words = list[str]()
        if self._peek("in"):
            self._take()
            while not self._peek(";", "do"):
                words.append(self._take())
        self._skip()
        self._take("do")
        self._step("each", tuple(words))
        head = self._step("next", name)
        self.loops.append((head, []))
        self._list("done")
        self._step("turn", False, head)
        self._land(*self.loops.pop()[1])
        self._step("end each")
        self._land(head)

    def _leave(self, word: str) -> None:
        if self._peek(*"123456789"):
            self._take()
        head, breaks = self.loops[-1]
        if word == "continue":
            self._step("turn", False, head)
        else:
            breaks.append(self._step("jump"))

    def _if(self) -> None:
        self._list("then")
        no = self._step("unless")
        self._list()
        ends = [self._step("jump")]
        self._land(no)
        word = self._take("fi", "else", "elif")
        if word == "elif":
            self._if()
        elif word == "else":
            self._list("fi")
        else:
            self._step("run", Simple((), (":",)))
        self._land(*ends)

    def _case(self) -> None:
        self._take("case")
        subject = self._take()
        self._skip()
        self._take("in")
        self._skip()
        ends = list[int]()
        while not self._peek("esac"):
            if self._peek("("):
                self._take()
            patterns = [self._take()]
            while self._peek("|"):
                self._take()
                patterns.append(self._take())
            self._take(")")
            other = self._step("case", (subject, tuple(patterns)))
            self._list()
            ends.append(self._step("jump"))
            self._land(other)
            if self._peek(";;"):
                self._take()
            self._skip()
        self._take("esac")
        self._land(*ends)

    def _simple(self) -> None:
        assigned, words, redirects = list[tuple[str, str]](), list[str](), list[Redirect]()
        while self.at < len(self.held) and self.held[self.at].kind != "operator":
            if self._at_redirect():
                redirects += self._redirects()
                continue
            word = self._take()
            if not (assigned or words) and self._peek("("):
                self._function(word)
                return
            name, equals, value = word.partition("=")
            if equals and not words and name.isidentifier():
                assigned.append((name, value))
            else:
                words.append(word)
        if not (assigned or words or redirects):
            raise ScriptError(f'sh: syntax error: unexpected "{self.held[self.at].text}"')
        self._step("run", Simple(tuple(assigned), tuple(words), tuple(redirects), self._peek("&")))

    def _function(self, name: str) -> None:
        self._take("(")
        self._take(")")
        self._skip()
        begun = len(self.steps)
        self._command()
        self._step("function", (name, self._cut(begun).steps))

    def _redirects(self) -> list[Redirect]:
        sign = self.held[self.at].text
        self.at += 1
        if self.at >= len(self.held) or self.held[self.at].kind != "word":
            raise ScriptError("sh: syntax error: unexpected redirection")
        target = self._take()
        number, how = sign.rstrip("<>&"), sign.lstrip("0123456789")
        if how.startswith("&"):
            return [Redirect("1", how[1:], target), Redirect("2", "&", "1")]
        if how in (">&", "<&"):
            return [Redirect(number or "1", "&", target)]
        return [Redirect(number or ("0" if how.startswith("<") else "1"), how, target)]
