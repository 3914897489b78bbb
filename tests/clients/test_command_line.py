"""A line as a shell reads it, and the filters after a `|`."""

import pytest

import kubelab as kl
from kubelab.clients.command_line import CommandLineError, read
from kubelab.clients.filters import made


@pytest.fixture(params=["es", "en"])
def spoken(request):
    before = kl.language.current()
    kl.language.use(request.param)
    yield request.param
    kl.language.use(before)


@pytest.mark.parametrize(
    ("line", "words", "filters"),
    [
        ("get pods", ["get", "pods"], []),
        ("get pods|wc -l", ["get", "pods"], [["wc", "-l"]]),
        ("get pods | grep a | head -2", ["get", "pods"], [["grep", "a"], ["head", "-2"]]),
        ("exec p -- sh -c 'a | b > c; d'", ["exec", "p", "--", "sh", "-c", "a | b > c; d"], []),
        ('patch x -p "{\\"a\\": 1}"', ["patch", "x", "-p", '{"a": 1}'], []),
        ("get pods # all of them | wc", ["get", "pods"], []),
        ("get pods -l a#b", ["get", "pods", "-l", "a#b"], []),
        ("get po -o jsonpath={.items[?(@.x>5)].a}", ["get", "po", "-o", "jsonpath={.items[?(@.x>5)].a}"], []),
        ("run x -- echo '' a\\ b", ["run", "x", "--", "echo", "", "a b"], []),
        ("label pod a b-", ["label", "pod", "a", "b-"], []),
    ],
)
def test_words_quotes_comments_and_pipes(line, words, filters):
    found = read(line)
    assert (found.words, found.filters) == (words, filters)


@pytest.mark.parametrize(
    "line",
    [
        *("get pods; get nodes", "get pods && get nodes", "get pods || true", "get pods &", "get pods |", "| wc"),
        *("exec $(kubectl get pods -o name) -- env", "exec `x` -- env", 'exec p -- sh -c "echo $(hostname)"'),
        *("get pods >", "get pods 3> x", "get pods | | wc", "get 'pods", "get pods > a | wc"),
    ],
)
def test_what_only_a_shell_can_do_is_refused_in_a_sentence(spoken, line):
    with pytest.raises(CommandLineError) as refused:
        read(line)
    assert str(refused.value)
    assert "\n" not in str(refused.value)


def test_files_and_streams():
    found = read("get pods -o yaml > pods.yaml 2>/dev/null")
    assert (found.words, found.target, found.appends, found.hushed) == (
        ["get", "pods", "-o", "yaml"],
        "pods.yaml",
        False,
        True,
    )
    assert read("get x 2>&1 | grep a").joined
    assert read("get x >> y").appends
    assert read("apply -f - < x.yaml").source == "x.yaml"
    assert read("apply -f - <<'EOF'").here == "EOF"


TABLE = "NAME   READY\nweb-1  1/1\nweb-2  0/1\ndb-1   1/1\n"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("grep web", "web-1  1/1\nweb-2  0/1\n"),
        ("grep -v web", "NAME   READY\ndb-1   1/1\n"),
        ("grep -i WEB-1", "web-1  1/1\n"),
        ("grep -c 1/1", "2\n"),
        ("grep -E 'web-2|db'", "web-2  0/1\ndb-1   1/1\n"),
        ("grep 'web-2\\|db'", "web-2  0/1\ndb-1   1/1\n"),
        ("grep 1|1", ""),
        ("grep -F 1/1", "web-1  1/1\ndb-1   1/1\n"),
        ("grep -n db", "4:db-1   1/1\n"),
        ("grep -o 'w.b'", "web\nweb\n"),
        ("grep -A1 web-2", "web-2  0/1\ndb-1   1/1\n"),
        ("grep -w db", "db-1   1/1\n"),
        ("head -1", "NAME   READY\n"),
        ("head -n 2", "NAME   READY\nweb-1  1/1\n"),
        ("tail -n1", "db-1   1/1\n"),
        ("tail -n +3", "web-2  0/1\ndb-1   1/1\n"),
        ("wc -l", "4\n"),
        ("sort", "NAME   READY\ndb-1   1/1\nweb-1  1/1\nweb-2  0/1\n"),
        ("sort -k2 -r", "NAME   READY\nweb-1  1/1\ndb-1   1/1\nweb-2  0/1\n"),
    ],
)
def test_filters_do_what_their_names_say(line, shown):
    words = line.replace("'", "").split(" ") if "|" in line or "'" in line else line.split()
    assert made(words)(TABLE) == shown


def test_more_filters():
    assert made(["sort", "-n"])("10\n9\n") == "9\n10\n"
    assert made(["uniq", "-c"])("a\na\nb\n") == "      2 a\n      1 b\n"
    assert made(["base64", "-d"])("aGk=") == "hi"
    assert made(["base64", "--decode"])("no!") == "base64: invalid input\n"
    assert made(["wc"])("a b\n").split() == ["1", "2", "4"]


@pytest.mark.parametrize(
    "words", [["awk", "{}"], ["grep"], ["grep", "-y", "a"], ["grep", "a", "file"], ["head", "-x"], ["head", "-n", "x"]]
)
def test_filters_that_are_not_here_are_refused(spoken, words):
    with pytest.raises(CommandLineError):
        made(words)
