"""Patterns of the texts of running heads, feet, page numbers and stamps."""

import re

_WORDS = r"(?:page|pages|pg\.?|p\.|seite|s\.|página|pagina|pág\.|стр\.?|sida|side|sheet|第)"
_NUMBER = r"(?:\d{1,4}|[ivxlc]{1,7}|[A-Z]{1,2}[-–.]\d{1,3}|\d{1,3}[-–]\d{1,3})"
_PAGE_NUMBER = re.compile(
    rf"[\W_]*(?:{_WORDS}\s*)?{_NUMBER}(?:\s*(?:of|/|von|de|di|sur|av|из|\|)\s*\d{{1,4}})?\s*(?:[页頁])?[\W_]*",
    re.IGNORECASE,
)
_CERTAIN_NUMBER = re.compile(
    rf"(?:[-–—~|•·]\s*{_NUMBER}\s*[-–—~|•·]|[\W_]*{_WORDS}\s*\d{{1,4}}[\W_]*|"
    rf"[\W_]*(?:{_WORDS}\s*)?\d{{1,4}}\s*(?:of|von|de|di|sur|av|из|/)\s*\d{{1,4}}[\W_]*|第\s*\d{{1,4}}\s*[页頁].*)",
    re.IGNORECASE,
)
_STAMP = re.compile(
    r"downloaded (?:from|by|on|at|via)|this content (?:was )?downloaded|accessed (?:on|from)|https?:|www\.|"
    r"\bdoi\b|\b10\.\d{4,9}/|©|\(c\) ?(?:19|20)\d\d|\bcopyright\b|all rights reserved|\bissn\b|\bisbn\b|"
    r"arxiv ?:|licensed to|for personal use|terms (?:of use|and conditions)|reprinted (?:from|with)|"
    r"printed (?:in|on|by)|digitized by|use subject to|creative commons|provided by",
    re.IGNORECASE,
)
_CITATION = re.compile(
    r"\bvol(?:ume|\.)? ?\d|\bno\. ?\d|\(\d{4}\) ?\d+ ?[-–:]|\bpp\. ?\d|\b(?:journal|proceedings|transactions|annals|"
    r"bulletin|letters|review) (?:of|on)\b|\bet al\b|\b(?:january|february|march|april|may|june|july|august|september|"
    r"october|november|december)(?: \d{1,2},?)? (?:19|20)\d\d\b|\bchapter\b|\bconfidential\b|\bdraft\b",
    re.IGNORECASE,
)
_DATE_LINE = re.compile(
    r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|"
    r"wednesday|thursday|friday|saturday|sunday)\b.*\b(?:1[5-9]|20)\d\d\b|\b(?:no|nr|vol|issue|number)\b\.? ?\d|"
    r"\b\d{1,2}[./]\d{1,2}[./](?:1[5-9]|20)?\d\d\b|\d{4}年",
    re.IGNORECASE,
)
_FOOTNOTE_MARK = re.compile(r"[*†‡§¶∗✝¹²³⁴⁵⁶⁷⁸⁹⁰]|\(?\d{1,2}[).]? ?(?=[^\W\d_])|[a-z]\) ")


def is_page_number(text: str) -> bool:
    """Whether a text can be the number of a page: "12", "- 12 -", "xiv", "A-3", "Page 3 of 10"."""
    return _PAGE_NUMBER.fullmatch(text.strip()) is not None


def is_certain_number(text: str) -> bool:
    """Whether a text is the number of a page and hardly anything else: "- 12 -", "Page 3 of 10"."""
    return _CERTAIN_NUMBER.fullmatch(text.strip()) is not None


def is_stamp(text: str) -> bool:
    """Whether a text names its origin or its owner: an address, a DOI, "Downloaded from", a copyright."""
    return _STAMP.search(text) is not None


def is_citation(text: str) -> bool:
    """Whether a text looks like the head of a journal: "Vol. 3, No. 2", "14 (2019) 211-226", "Morton et al."."""
    return _CITATION.search(text) is not None


def is_date_line(text: str) -> bool:
    """Whether a text tells the date or the number of an issue: "Monday, 4 May 2020", "No. 17,204"."""
    return _DATE_LINE.search(text) is not None


def is_footnote_mark(text: str) -> bool:
    """Whether a text begins with the mark of a footnote: "* ", "1) ", "2 See"."""
    return _FOOTNOTE_MARK.match(text) is not None
