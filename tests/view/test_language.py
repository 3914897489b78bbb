import pytest

from kubelab import language


def test_each_sentence_is_said_in_the_chosen_language() -> None:
    language.use("es")
    assert language.say(es="nodo", en="node") == "nodo"
    assert language.text({"es": "nodo", "en": "node"}) == "nodo"
    language.use("en")
    assert language.say(es="nodo", en="node") == "node"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="es and en"):
        language.use("fr")


def test_the_environment_decides_where_nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_chosen", [])
    monkeypatch.setenv("KUBELAB_LANG", "es_ES.UTF-8")
    assert language.current() == "es"
    monkeypatch.setenv("KUBELAB_LANG", "tlh")
    assert language.current() == "en"
