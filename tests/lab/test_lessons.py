"""Where the lessons are found, and in which language they are opened."""

import tomllib
from pathlib import Path

import pytest

from kubelab import __main__, language
from kubelab.lab import lessons

ROOT = Path(__file__).parents[2]


def test_a_checkout_is_its_own_folder_of_lessons():
    assert lessons.find() == ROOT
    assert (lessons.find() / "notebooks" / "es" / lessons.FIRST).is_file()


def test_packed_lessons_are_copied_and_never_over_what_a_learner_wrote(tmp_path, monkeypatch):
    packed = tmp_path / "site" / "lessons"
    (packed / "notebooks" / "es").mkdir(parents=True)
    (packed / "notebooks" / "es" / lessons.FIRST).write_text("new")
    (packed / "data").mkdir()
    (packed / "data" / "shop.yaml").write_text("new")
    monkeypatch.setattr(lessons, "files", lambda _: tmp_path / "site")
    monkeypatch.setattr(lessons, "of_checkout", lambda: None)
    mine = tmp_path / "mine"
    (mine / "data").mkdir(parents=True)
    (mine / "data" / "shop.yaml").write_text("mine")
    assert lessons.copied(mine) == mine
    assert (mine / "notebooks" / "es" / lessons.FIRST).read_text() == "new"
    assert (mine / "data" / "shop.yaml").read_text() == "mine"


def test_a_checkout_copies_its_lessons_into_the_folder_asked_for(tmp_path):
    mine = lessons.find(tmp_path / "mine")
    for part in lessons.PARTS:
        here = {path.name for path in (ROOT / part).iterdir() if path.suffix in lessons.TAUGHT}
        assert {path.name for path in (mine / part).iterdir()} == here
        assert here


def test_a_package_without_lessons_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(lessons, "files", lambda _: tmp_path)
    monkeypatch.setattr(lessons, "of_checkout", lambda: None)
    with pytest.raises(FileNotFoundError, match="without its lessons"):
        lessons.copied(tmp_path / "mine")


def test_the_wheel_carries_the_lessons_and_their_data():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {
        "notebooks/es": "kubelab/lessons/notebooks/es",
        "notebooks/en": "kubelab/lessons/notebooks/en",
        "data": "kubelab/lessons/data",
    }


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "es_MX.UTF-8"}, "es"),
        ({"LANG": "es_ES.UTF-8", "KUBELAB_LANG": "en"}, "en"),
        ({"LANG": "ca_ES.UTF-8", "LANGUAGE": "ca:es:en"}, "es"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_is_that_of_the_users_system(environment, lang, monkeypatch):
    for name in ("KUBELAB_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert lessons.preferred_language(system="") == lang


def test_a_windows_in_spanish_is_understood(monkeypatch):
    for name in ("KUBELAB_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert lessons.preferred_language(system="Spanish_Spain") == "es"


def test_the_command_line_opens_the_lesson_asked_for(monkeypatch):
    opened = []
    monkeypatch.setattr(lessons, "open_lab", lambda lang, **how: opened.append((lang, how)) or 0)
    assert __main__.main(["lab", "--lang", "es", "--no-browser"]) == 0
    assert opened == [("es", {"browser": False, "port": None, "folder": None})]


def test_there_is_no_command_that_does_nothing(capsys):
    with pytest.raises(SystemExit):
        __main__.main(["sing"])
    assert "invalid choice" in capsys.readouterr().err


def test_the_language_of_the_lessons_is_one_that_kubelab_speaks():
    assert lessons.preferred_language() in language.LANGUAGES
