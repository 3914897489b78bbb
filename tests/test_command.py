"""The command line speaks the language of whoever types."""

import pytest

from kubelab import __main__, language


@pytest.fixture(autouse=True)
def in_english():
    yield
    language.use("en")


def help_of(capsys, *words):
    with pytest.raises(SystemExit) as end:
        __main__.main(list(words))
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["serve"], ["lab"]])
def test_help_is_in_both_languages(capsys, monkeypatch, command):
    monkeypatch.setenv("KUBELAB_LANG", "es")
    spanish = help_of(capsys, *command, "--help")
    monkeypatch.setenv("KUBELAB_LANG", "en")
    english = help_of(capsys, *command, "--help")
    assert spanish.startswith("uso: kubelab")
    assert english.startswith("usage: kubelab")
    assert "opciones:" in spanish
    assert "options:" not in spanish
    flags = [[word for word in text.split() if word.startswith("--")] for text in (spanish, english)]
    assert flags[0] == flags[1]


def test_the_language_may_be_said_on_the_command_line(capsys, monkeypatch):
    monkeypatch.setenv("KUBELAB_LANG", "en")
    assert help_of(capsys, "serve", "--lang", "es", "-h").startswith("uso:")
    assert help_of(capsys, "serve", "--lang=es", "-h").startswith("uso:")
    assert "puerto (0: uno libre); por omisión: 8001" in help_of(capsys, "serve", "--lang", "es", "-h")
    assert "port (0: any that is free); default: 8001" in help_of(capsys, "serve", "-h")
