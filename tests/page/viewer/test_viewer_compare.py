"""Two readings side by side."""

import pytest
from playwright.sync_api import Page, expect

from tests.page.harness.documents import document, plain_page
from tests.page.harness.waiting import wait_until


@pytest.mark.parametrize(
    ("first", "second", "differences"),
    [
        ("the same text", "the same text", []),
        ("one two three", "one 2 three", [["two", "2"]]),
        ("one three", "one two three", [["", "two"]]),
        ("one two three", "", [["one two three", ""]]),
        ("发票号码一二三", "发票号玛一二三", [["码", "玛"]]),
        ("合计 100元", "合计 l00元", [["100", "l00"]]),
        ("a b c d e", "a x c y e", [["b", "x"], ["d", "y"]]),
        ("カタカナ", "カタ力ナ", [["カ", "力"]]),
    ],
)
def test_words_that_differ(page: Page, first: str, second: str, differences: list[list[str]]) -> None:
    found = page.evaluate(
        """async ([a, b]) => {
            const { diff, wordsOf } = await import("/page/viewer/word_diff.js");
            const [wordsA, wordsB] = [a, b].map((text) => wordsOf(text).map((word) => word.text));
            const join = (words, [from, to]) => words.slice(from, to).join(" ");
            return diff(wordsA, wordsB).map((run) => [join(wordsA, run.a), join(wordsB, run.b)]);
        }""",
        [first, second],
    )
    assert found == differences


def test_the_difference_is_as_small_as_it_can_be(page: Page) -> None:
    """Beside the length of the longest common subsequence, by the plain algorithm, over texts by chance."""
    wrong = page.evaluate("""async () => {
        const { diff } = await import("/page/viewer/word_diff.js");
        let seed = 7;
        const chance = (below) => (seed = (seed * 48271) % 2147483647) % below;
        const common = (a, b) => {
            let row = new Array(b.length + 1).fill(0);
            for (const word of a) {
                const next = [0];
                b.forEach((other, j) => next.push(word === other ? row[j] + 1 : Math.max(row[j + 1], next[j])));
                row = next;
            }
            return row[b.length];
        };
        const wrong = [];
        for (let round = 0; round < 2000; round += 1) {
            const letters = 1 + chance(5);
            const [a, b] = [0, 0].map(() => Array.from({ length: chance(14) }, () => "abcde"[chance(letters)]));
            const runs = diff(a, b);
            const changed = runs.reduce((sum, run) => sum + run.a[1] - run.a[0], 0);
            const apply = (words, run) => words.toSpliced(run.a[0], run.a[1] - run.a[0], ...b.slice(...run.b));
            const applied = runs.reduceRight(apply, a).join();
            if (applied !== b.join() || a.length - changed !== common(a, b)) wrong.push([a.join(""), b.join("")]);
        }
        return wrong;
    }""")
    assert wrong == []


FIRST = document(
    plain_page(1, "Invoice number 4711", "Total 100 Euro"),
    *(plain_page(n, f"page {n}") for n in range(2, 9)),
    name="best",
)
SECOND = document(
    plain_page(1, "Invoice number 47l1", "Total 100", "Euro"),
    *(plain_page(n, f"page {n}" if n != 7 else "page seven") for n in range(2, 9)),
    name="tiny",
)


@pytest.fixture
def comparing(page: Page) -> Page:
    page.evaluate("([first, second]) => harness.compare(first, second)", [FIRST, SECOND])
    page.wait_for_selector(".viewer-side:last-child .viewer-page.is-drawn .viewer-glyphs")
    return page


def test_differing_words_are_marked_on_both_sides(comparing: Page) -> None:
    expect(comparing.locator("[data-count='difference']")).to_have_text("Differences: 2")
    first, second = comparing.locator(".viewer-side").all()
    assert first.locator(".viewer-text mark.is-first").all_inner_texts()[0] == "4711"
    assert second.locator(".viewer-text mark.is-second").all_inner_texts()[0] == "47l1"
    expect(first.locator(".viewer-page[data-page='1'] .viewer-marks polygon")).to_have_count(1)
    expect(first.locator(".viewer-side-title")).to_have_text("best")
    lines = [
        each.locator(".viewer-text mark").first.evaluate("mark => getComputedStyle(mark).textDecorationStyle")
        for each in (first, second)
    ]
    assert lines == ["dashed", "solid"]


def test_going_to_a_difference_moves_both_sides(comparing: Page) -> None:
    comparing.locator(".viewer-list").first.focus()
    comparing.keyboard.press("n")
    comparing.keyboard.press("n")
    expect(comparing.locator("[data-count='difference']")).to_have_text("Difference 2 of 2")
    for index, text in enumerate(("7", "seven")):
        each = comparing.locator(".viewer-side").nth(index)
        mark = each.locator(".viewer-text mark.is-current")
        expect(mark).to_have_text(text)
        expect(mark).to_be_in_viewport()
        expect(each.locator(".viewer-page[data-page='7'] .viewer-marks .is-current")).to_be_in_viewport()
    comparing.get_by_role("button", name="Previous difference").click()
    expect(comparing.locator("[data-count='difference']")).to_have_text("Difference 1 of 2")


def test_words_that_are_missing_on_one_side_are_gone_to_in_order(page: Page) -> None:
    texts = [f"line {number}" for number in range(20)]
    first = document(plain_page(1, *texts))
    second = document(plain_page(1, "new", *texts[1:15], "line 15 more", *texts[16:]))
    page.evaluate("([first, second]) => harness.compare(first, second)", [first, second])
    count = page.locator("[data-count='difference']")
    for index, words in ((1, "new"), (2, "more")):
        page.get_by_role("button", name="Next difference").click()
        expect(count).to_have_text(f"Difference {index} of 2")
        expect(page.locator(".viewer-text mark.is-second.is-current")).to_have_text(words)
    expect(page.locator(".viewer-side").first.locator(".viewer-line", has_text="line 15")).to_be_in_viewport()


def test_the_pages_go_in_step(comparing: Page) -> None:
    tops = "[...document.querySelectorAll('.viewer-list')].map((list) => list.scrollTop)"
    comparing.mouse.move(200, 250)
    comparing.mouse.wheel(0, 1500)
    wait_until(comparing, f"({tops}).every((top) => top > 1000)")
    wait_until(comparing, f"Math.abs(({tops})[0] - ({tops})[1]) <= 2")
    comparing.mouse.move(900, 250)
    comparing.mouse.wheel(0, -700)
    wait_until(comparing, f"({tops}).every((top) => top < 1000)")
    wait_until(comparing, f"Math.abs(({tops})[0] - ({tops})[1]) <= 2")


def test_pages_that_come_later_are_compared(comparing: Page) -> None:
    comparing.evaluate("page => harness.add(page, 0)", plain_page(9, "late page"))
    comparing.evaluate("page => harness.add(page, 1)", plain_page(9, "1ate page"))
    expect(comparing.locator("[data-count='difference']")).to_have_text("Differences: 3")


def test_pictures_can_be_left_out(comparing: Page) -> None:
    comparing.get_by_role("button", name="Pictures of the pages").click()
    expect(comparing.locator(".viewer-list").first).to_be_hidden()
    expect(comparing.locator(".viewer-text").first).to_be_visible()
