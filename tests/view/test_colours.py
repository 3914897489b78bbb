import pytest
from fake_cluster import pod

from kubelab import language
from kubelab.view.colours import LOOKS, state_of


@pytest.mark.parametrize("state", [state for state in LOOKS if state != "lost"])
def test_a_pods_state_is_what_matters_most_of_it(state: str) -> None:
    node = None if state == "pending" else "worker-1"
    assert state_of(pod("web-1", node, state)) == state


def test_no_state_is_told_by_colour_alone() -> None:
    glyphs = [look.glyph for look in LOOKS.values()]
    assert len(set(glyphs)) == len(glyphs)
    hatches = [look.hatch for look in LOOKS.values()]
    assert len(set(hatches)) == len(hatches)


def test_every_state_has_words_in_both_languages() -> None:
    for look in LOOKS.values():
        language.use("es")
        spanish = look.words
        language.use("en")
        assert spanish
        assert look.words
        assert spanish != look.words


def test_glyphs_are_in_the_font_that_figures_use() -> None:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    known = get_font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap()
    assert all(ord(look.glyph) in known for look in LOOKS.values())
