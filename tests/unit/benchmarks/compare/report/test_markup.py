"""HTML that is escaped where it is put in."""

from benchmarks.compare.report.markup import Markup, join, tag


def test_texts_are_escaped_and_finished_html_is_not() -> None:
    assert tag("p", "a < b & c", tag("b", '"')) == "<p>a &lt; b &amp; c<b>&quot;</b></p>"
    assert join("<", Markup("<br>"), None, 3) == "&lt;<br>3"


def test_attributes_are_escaped_too() -> None:
    assert tag("a", "x", title='"><script>', data_id=3) == '<a title="&quot;&gt;&lt;script&gt;" data-id="3">x</a>'
    assert tag("input", checked=True, disabled=False, class_=None) == "<input checked>"
    assert tag("line", x1=1, viewBox="0 0") == '<line x1="1" viewBox="0 0"/>'
