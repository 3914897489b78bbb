from datetime import UTC, datetime

from kubelab.api.served_kinds import ServedKinds
from kubelab.clients.answers import Listing, Text

TABLE = "NAME    READY   NODE\nweb-1   1/1     <none>\n"


def test_text_is_shown_line_by_line_and_scrolls_where_the_page_is_narrow() -> None:
    html = Text(TABLE)._repr_html_()
    assert html == (
        '<pre style="margin:0;white-space:pre;font:13px/1.3 var(--jp-code-font-family,monospace);overflow-x:auto">'
        "NAME    READY   NODE\nweb-1   1/1     &lt;none&gt;</pre>"
    )


def test_text_is_still_text() -> None:
    assert Text(TABLE) == TABLE
    assert repr(Text(TABLE)) == TABLE
    assert Text("\n")._repr_html_() is None


def test_no_objects_are_said_in_words() -> None:
    empty = Listing(ServedKinds().find("pods"), [], datetime(2024, 1, 1, tzinfo=UTC))
    assert empty._repr_html_() == "<p>No pods found.</p>"
