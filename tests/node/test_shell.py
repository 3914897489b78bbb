"""The little shell: what a script writes, how long it takes, how it ends."""

import pytest

from kubelab.node.shell import FOREVER, Diary, foreseen
from kubelab.node.shell.tokens import ScriptError, tokens


def said(script, **variables):
    return [line for _, line in foreseen(script, (), variables).lines]


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        ("echo a; echo b", ["a", "b"]),
        ("echo 'a  b' \"c  d\" e   f", ["a  b c  d e f"]),
        ("echo -n a; echo b", ["ab"]),
        ("X=3; echo $X ${X}4 \"$X\" '$X' \\$X", ["3 34 3 $X $X"]),
        ("echo ${NONE:-other} [$NONE] ${#NAME}", ["other [] 4"]),
        ("echo ${NAME%op} ${FILE##*/}", ["sh c.txt"]),
        ("echo $(echo inner) `echo old`", ["inner old"]),
        ('i=5; echo $((i * (2 + 1) - 1)) $((7 / 2)) "$((i))"', ["14 3 5"]),
        ("false || echo or; true && echo and; ! true || echo not", ["or", "and", "not"]),
        ("if [ -f /x ]; then echo yes; elif [ 2 -gt 1 ]; then echo more; else echo no; fi", ["more"]),
        ("case $NAME in s*) echo s;; *) echo other;; esac", ["s"]),
        ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", ["1", "3"]),
        ("for i in $(seq 1 9); do [ $i -gt 2 ] && break; echo $i; done; echo end", ["1", "2", "end"]),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", ["3"]),
        ("printf 'a\\nb\\n' | while read x; do echo [$x]; done", ["[a]", "[b]"]),
        ("echo one two three | wc -w | tr -d ' '", ["3"]),
        ("printf 'b\\na\\nb\\n' | sort | uniq -c | awk '{print $2}'", ["a", "b"]),
        ("echo a=b | cut -d= -f2 | sed 's/b/c/'", ["c"]),
        ("env | grep -c NAME", ["1"]),
        ("echo x > /tmp/f; echo y >> /tmp/f; cat /tmp/f; ls /tmp", ["x", "y", "f"]),
        ("cat /no 2>/dev/null || echo none; cat /no", ["none", "cat: can't open '/no': No such file or directory"]),
        ("{ echo a; echo b; } | head -1; (echo c; echo d) > /f; tail -n 1 /f", ["a", "d"]),
        ("A=1 env | grep ^A; echo [$A]", ["A=1", "[]"]),
        ("echo a # not b", ["a"]),
        ("echo aGk= | base64 -d; echo", ["hi"]),
        ("sh -c 'echo nested $NAME; exit 3' || echo failed $?", ["nested shop", "failed 3"]),
        ("greet() { echo hi $1 of $#; }; greet Ana Bo; greet Cy", ["hi Ana of 2", "hi Cy of 1"]),
        ("cat <<EOF > /f\nI am $NAME\nEOF\ncat /f; cat <<'END' | wc -l\n$X\n\"b\"\nEND", ["I am shop", "2"]),
        ("fi", ['sh: syntax error: unexpected "fi"']),
        ("if true; then echo a", ['sh: syntax error: unexpected end of file (expecting "fi")']),
    ],
)
def test_scripts_write_what_a_posix_shell_writes(script, lines):
    assert said(script, NAME="shop", FILE="/a/b/c.txt") == lines


def test_time_passes_where_a_script_sleeps():
    done = foreseen("echo a; sleep 2; echo b; for i in 1 2; do sleep 1m; done; exit 4")
    assert (done.time, done.code, done.lines) == (122.0, 4, [(0.0, "a"), (2.0, "b")])


def test_what_a_group_writes_into_a_file_is_there_when_it_has_ended():
    done = foreseen("(sleep 2; echo hi) > /tmp/x; cat /tmp/x")
    assert (done.time, done.lines) == (2.0, [(2.0, "hi")])


def test_a_loop_that_repeats_itself_is_told_as_one():
    done = foreseen("echo on; while true; do echo tick; sleep 5; done")
    assert (done.time, done.lines) == (FOREVER, [(0.0, "on"), (0.0, "tick")])
    assert done.loop == (5.0, 5.0, ((0.0, "tick"),))


def test_a_loop_that_counts_is_read_from_its_diary():
    script = "i=0; while true; do echo $i; i=$((i+1)); sleep 1; done"
    assert foreseen(script).counts
    diary = Diary(script, {})
    assert [line for _, line in diary.until(3.5)] == ["0", "1", "2", "3"]
    assert diary.until(20_000.0)[-1] == (20_000.0, "20000")
    assert len(diary.until(20_000.0)) == 10_000


def test_a_loop_that_counts_and_leaves_is_followed_to_its_end():
    done = foreseen("while true; do i=$((i+1)); [ $i -gt 9 ] && exit 7; sleep 1; done")
    assert (done.time, done.code) == (9.0, 7)


def test_a_loop_that_never_waits_spins():
    assert foreseen("while true; do :; done").spins
    assert foreseen("while [ 1 = 1 ]; do x=$((x+1)); done").spins


def test_what_waits_for_others_is_open_ended():
    assert foreseen("until [ -f /go ]; do sleep 1; done").open_ended


@pytest.mark.parametrize("script", ["echo 'a", 'echo "a', "echo $(ls", "echo `ls"])
def test_quotations_must_end(script):
    with pytest.raises(ScriptError):
        tokens(script)
    assert foreseen(script).code == 2


def test_what_is_too_much_ends_all_the_same():
    assert len(foreseen("seq 1 1000000000").lines) == 10_000
    assert foreseen("if " * 5000).code == 2
    assert foreseen("echo " + "$(" * 5000 + ")" * 5000).code in (0, 2)
    assert foreseen("x() { x; }; x").code == 2  # for ever one in the other
