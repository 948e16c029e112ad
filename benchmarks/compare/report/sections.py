"""The sections of the report, from its figures."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.compare.bootstrap import CONFIDENCE, DRAWS, Interval
from benchmarks.compare.metrics import break_even, cost, latency, throughput
from benchmarks.compare.metrics.base import about_of
from benchmarks.compare.metrics.normalise import NORMALISATIONS
from benchmarks.compare.metrics.registry import METRICS
from benchmarks.compare.report.charts import Point, colour, scatter
from benchmarks.compare.report.figures import ALPHA, Figures, ProviderFigures
from benchmarks.compare.report.markup import Child, Markup, join, tag
from benchmarks.compare.report.page import facts, note, table
from benchmarks.compare.report.settings import Settings
from benchmarks.compare.report.verdict import number

DASH = "–"
OF_TEXT = ("word_f1", "cer", "wer", "missed", "invented")


def accuracy(figures: Figures) -> Markup:
    """All metrics under the standard normalisation: those of the text, then those of places, order and tables."""
    of_text = [name for name in figures.metrics if name in OF_TEXT]
    others = [name for name in figures.metrics if name not in OF_TEXT]
    return join(
        _metrics(figures, of_text),
        tag("h3", "Places, reading order and tables") if others else None,
        _metrics(figures, others),
        note(
            "Values in percent, with the 95 % interval below. The best of each column is bold, whether or not a "
            "difference is shown. ↓: less is better. A dash: the truth or the provider does not tell what the metric "
            "needs. Documents that were not answered count as read empty. Width, case and punctuation at the ends of "
            "words do not count."
        ),
    )


def _metrics(figures: Figures, names: Sequence[str]) -> Markup | None:
    if not names:
        return None
    head = ["Provider", *(f"{METRICS[name].title}{'' if METRICS[name].higher_is_better else ' ↓'}" for name in names)]
    best = {name: _best(figures, name) for name in names}
    rows = [
        [
            _name(figures, each),
            *(
                _value(found := each.metrics.get(name), best=found is not None and found.value == best[name])
                for name in names
            ),
        ]
        for each in figures.providers
    ]
    return table(head, rows, range(1, len(head)))


def differences(figures: Figures) -> Markup:
    """Every two providers in the primary metric."""
    if not figures.pairs:
        return note("Fewer than two providers have documents in common, so there is nothing to compare.")
    rows: list[list[Child]] = [
        [
            f"{pair.one} over {pair.other}",
            _plain(pair.difference.value, signed=True),
            f"{_plain(pair.difference.low, signed=True)} to {_plain(pair.difference.high, signed=True)}",
            str(pair.difference.documents),
            _small(pair.corrected),
            pair.says,
        ]
        for pair in figures.pairs
    ]
    title = METRICS[figures.primary].title
    return join(
        table(
            ["Providers", f"{title}, points", "95 % interval", "Documents", "p, corrected", "What is shown"],
            rows,
            (1, 2, 3, 4),
        ),
        note(
            f"Paired bootstrap over documents, {DRAWS:,} draws; Holm's correction over {len(figures.pairs)} "
            f"comparisons. A difference is shown where the corrected p is below {ALPHA}. The interval is of one "
            "comparison by itself."
        ),
    )


def charts(figures: Figures) -> Markup:
    """Accuracy against cost and against latency."""
    metric = METRICS[figures.primary]
    cost_points, time_points = [], []
    for place, each in enumerate(figures.providers):
        value = each.metrics.get(figures.primary)
        if value is None:
            continue
        if each.cost_of_1000 is not None:
            cost_points.append(Point(each.name, place, _cost_span(each), _span(value)))
        if each.latency.p50 is not None:
            time_points.append(Point(each.name, place, _span(each.latency.p50), _span(value)))
    drawn = []
    for points, title, told in (
        (cost_points, f"{figures.currency} for 1,000 usable pages", "cost"),
        (time_points, "Seconds of half of the requests (p50)", "latency"),
    ):
        if points:
            says = f"{metric.title} against {told}, a point for each provider"
            chart = scatter(points, title, f"{metric.title}, %", says)
            drawn.append(tag("figure", chart, tag("figcaption", f"{says}. Bars are 95 % intervals.")))
        else:
            drawn.append(note(f"There is no chart of accuracy against {told}: nothing is known of it."))
    return tag("div", *drawn, class_="charts")


def categories(figures: Figures) -> Markup:
    """The primary metric, by category."""
    head = ["Provider", *(join(name, tag("small", f"{count} documents")) for name, count in figures.documents.items())]
    best = {
        name: max(
            (each.categories[name].value for each in figures.providers if name in each.categories),
            key=lambda value: value if METRICS[figures.primary].higher_is_better else -value,
            default=None,
        )
        for name in figures.documents
    }
    rows = [
        [
            _name(figures, each),
            *(
                _value(found := each.categories.get(name), best=found is not None and found.value == best[name])
                for name in figures.documents
            ),
        ]
        for each in figures.providers
    ]
    return join(
        table(head, rows, range(1, len(head))),
        note(
            f"{METRICS[figures.primary].title} in percent, with the 95 % interval below. Few documents make wide "
            "intervals."
        ),
    )


def speed(figures: Figures) -> Markup:
    """Latency, throughput and failures."""
    rows: list[list[Child]] = []
    for each in figures.providers:
        found = each.latency
        quantiles = [_value(value, digits=2) for value in (found.p50, found.p95, found.p99)]
        cold = " ".join(number(value, 2) for value in found.cold) or DASH
        flow = each.throughput
        speeds = [DASH if value is None else number(value, 2) for value in (flow.measured, flow.at_quota)]
        rows.append([_name(figures, each), *quantiles, cold, str(found.requests), str(each.concurrency), *speeds])
    outcomes = sorted({outcome for each in figures.providers for outcome in each.outcomes})
    failures = [
        [
            _name(figures, each),
            str(each.requests),
            *(str(each.outcomes.get(outcome, 0)) for outcome in outcomes),
            _alike(each),
        ]
        for each in figures.providers
    ]
    return join(
        table(
            [
                "Provider",
                "p50, s",
                "p95, s",
                "p99, s",
                "Cold start, s",
                "Warm requests",
                "At once",
                "Pages/s, measured",
                "Pages/s, quota",
            ],
            rows,
            range(1, 9),
        ),
        tag("h3", "What came of the requests"),
        table(["Provider", "Requests", *outcomes, "Repeats read alike"], failures, range(1, len(outcomes) + 3)),
        note(
            "Seconds are those that the client waited, so they include the network to a service and leave it out for a "
            "program on this machine. Requests that were throttled, refused or given up are counted and were not sent "
            "again."
        ),
    )


def costs(figures: Figures, settings: Settings) -> Markup:
    """Prices, and when own hardware costs less."""
    rows: list[list[Child]] = []
    for each in figures.providers:
        price = DASH if each.cost_of_1000 is None else number(each.cost_of_1000, 2)
        spent = DASH if each.spent is None else number(each.spent, 4)
        rows.append([_name(figures, each), price, _value(each.cost_of_usable, digits=2), spent, *_even(each)])
    own = settings.hardware
    told = (
        f"Own hardware: {own.says or own.provider}, {number(own.price, 2)} {figures.currency} over {own.years:g} years "
        f"and {number(own.monthly, 2)} a month. The break-even volume is the number of pages a month from which on it "
        "costs less; the last column is what it reads at most at the measured speed."
        if own
        else "The plan names no hardware (report.hardware), so there is no break-even volume."
    )
    currency = figures.currency
    return join(
        table(
            [
                "Provider",
                f"{currency}/1,000 pages",
                f"{currency}/1,000 usable pages",
                f"Spent here, {currency}",
                "Break-even, pages/month",
                "Own capacity, pages/month",
            ],
            rows,
            range(1, 6),
        ),
        note(
            f"A page is usable from a word F1 of {settings.usable:g} % on. Prices are those of the plan's dated table. "
            "",
            told,
        ),
    )


def rankings(figures: Figures) -> Markup:
    """The order of providers under every normalisation."""
    if not figures.rankings:
        return note("There is no known text, so there is no ranking.")
    titles = {each.name: each.title for each in NORMALISATIONS}
    tables = []
    for name, orders in figures.rankings.items():
        values = {each.name: each.normalised.get(name, {}) for each in figures.providers}
        rows: list[list[Child]] = [
            [
                titles[normalisation],
                ", ".join(f"{provider} {_plain(values[provider][normalisation])}" for provider in order),
                "" if order == orders["standard"] else "other order",
            ]
            for normalisation, order in orders.items()
        ]
        tables.append(
            join(
                tag("h3", METRICS[name].title),
                table(["What does not count", "Order, with values in percent", ""], rows),
            )
        )
    return join(*tables)


def agreement(figures: Figures) -> Markup:
    """How alike the answers of every two providers are."""
    names = [each.name for each in figures.providers]
    rows = [
        [
            each.name,
            *(
                _plain(figures.agreement.get(each.name, {}).get(name, np.nan)) if name != each.name else ""
                for name in names
            ),
        ]
        for each in figures.providers
    ]
    return join(
        table(["Provider", *names], rows, range(1, len(names) + 1)),
        note(
            "Word F1 in percent of one provider's answers with the other's taken for the truth. It needs no truth, and "
            "proves none."
        ),
    )


def egress(sent: Sequence[dict[str, Any]], figures: Figures) -> Markup:
    """What was sent to whom."""
    rows: list[list[Child]] = []
    for each in figures.providers:
        own = [entry for entry in sent if entry["provider"] == each.name]
        times = sorted(entry["time"] for entry in own)
        rows.append(
            [
                _name(figures, each),
                each.host,
                "beyond this machine" if each.outside else "this machine",
                str(len(own)),
                number(sum(entry["bytes"] for entry in own), 0),
                f"{times[0]} to {times[-1]}" if times else DASH,
            ]
        )
    listing = [
        [
            entry["time"],
            entry["provider"],
            entry["host"],
            tag("td", entry["sha256"], class_="hash"),
            number(entry["bytes"], 0),
        ]
        for entry in sent
    ]
    return join(
        table(["Provider", "Host", "Where", "Documents sent", "Bytes", "When (UTC)"], rows, (3, 4)),
        tag("h3", f"Every document that was sent ({len(sent)})"),
        tag(
            "div",
            table(["Time (UTC)", "Provider", "Host", "SHA-256 of the document", "Bytes"], listing, (4,)),
            class_="long",
        )
        if sent
        else None,
    )


def method(figures: Figures, settings: Settings) -> Markup:
    """Formulas and sources of everything that is told."""
    told = [(METRICS[name].title, METRICS[name].about) for name in METRICS if name in figures.metrics]
    told += [
        (title, module.__doc__ or "")
        for title, module in (
            ("Latency", latency),
            ("Throughput", throughput),
            ("Cost", cost),
            ("Break-even", break_even),
        )
    ]
    titles: dict[str, list[str]] = {}
    for title, about in told:
        titles.setdefault(about, []).append(title)
    metrics = [
        tag(
            "div",
            tag("h3", "; ".join(names)),
            tag("p", about_of(about, "")),
            tag("p", tag("b", "Formula. "), _capital(about_of(about, "Formula: "))),
            tag("p", tag("b", "Source. "), _capital(about_of(about, "Source: "))),
            class_="metric",
        )
        for about, names in titles.items()
    ]
    return join(
        tag(
            "p",
            f"Intervals hold {CONFIDENCE:.0%} of {DRAWS:,} bootstrap draws of documents (percentiles; B. Efron, R. J. "
            f"Tibshirani, 1993), with seed {settings.seed}. Comparisons are paired by document and corrected after S. "
            "Holm (1979). Texts are compared in Unicode NFC; white space in a row is one space; Han and Kana are words "
            "character by character.",
        ),
        *metrics,
    )


def provenance(about: dict[str, Any], sums: dict[str, str], figures: Figures) -> Markup:
    """Versions, machine, hashes and dates."""
    runs = [
        facts(
            [
                ("Begun", run["begun"]),
                ("Version of the tool", run["version"]),
                *((key, str(value)) for key, value in run["machine"].items()),
            ]
        )
        for run in about["runs"]
    ]
    versions: list[list[Child]] = [
        [
            name,
            each["kind"],
            ", ".join(f"{package} {version}" for package, version in each["packages"].items()) or DASH,
            _price(each, figures),
        ]
        for name, each in about["providers"].items()
    ]
    prices = about.get("prices", {})
    hashes: list[list[Child]] = [[name, tag("td", digest, class_="hash")] for name, digest in sorted(sums.items())]
    hashes.append([f"price table {prices.get('file', '')}", tag("td", prices.get("sha256", DASH), class_="hash")])
    documents: list[list[Child]] = [
        [entry["id"], entry["category"], str(entry["pages"]), tag("td", entry["sha256"], class_="hash")]
        for entry in about["documents"]
    ]
    return join(
        tag("h3", "Runs and machine"),
        *runs,
        tag("h3", "Providers"),
        table(["Provider", "Kind", "Packages", "Price, its date and source"], versions),
        tag("h3", "Sums (SHA-256)"),
        table(["File", "Sum"], hashes),
        note("SHA256SUMS beside this file has the sums of this report's files."),
        tag("h3", f"Documents ({len(documents)})"),
        tag("div", table(["Document", "Category", "Pages", "SHA-256"], documents, (2,)), class_="long"),
    )


def _name(figures: Figures, each: ProviderFigures) -> Markup:
    place = [one.name for one in figures.providers].index(each.name)
    return join(tag("span", class_="dot", style=f"background:{colour(place)}"), each.name)


def _value(found: Interval | None, *, best: bool = False, digits: int = 1) -> Markup:
    if found is None or np.isnan(found.value):
        return tag("td", DASH, class_="n")
    span = None
    if not np.isnan(found.low):
        span = tag("small", f"{number(found.low, digits)} to {number(found.high, digits)}")
    return tag("td", number(found.value, digits), span, class_="n best" if best else "n")


def _best(figures: Figures, name: str) -> float | None:
    values = [each.metrics[name].value for each in figures.providers if name in each.metrics]
    known = [value for value in values if not np.isnan(value)]
    return (max if METRICS[name].higher_is_better else min)(known, default=None)


def _plain(value: float, *, signed: bool = False) -> str:
    if np.isnan(value):
        return DASH
    return f"{value:+.1f}".replace("-", "−") if signed else f"{value:.1f}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _span(found: Interval) -> tuple[float, float, float]:
    return found.value, found.low, found.high


def _cost_span(each: ProviderFigures) -> tuple[float, float, float]:
    return _span(each.cost_of_usable) if each.cost_of_usable else (each.cost_of_1000 or 0.0, np.nan, np.nan)


def _alike(each: ProviderFigures) -> str:
    same, of = each.same
    return f"{same} of {of}" if of else DASH


def _even(each: ProviderFigures) -> list[Child]:
    even = each.break_even
    if even is None:
        return [DASH, DASH]
    return [DASH if value is None else number(value, 0) for value in (even.pages_a_month, even.capacity)]


def _price(described: dict[str, Any], figures: Figures) -> str:
    price = described.get("price")
    if not price:
        return "none known"
    return f"{price['per_1000_pages']:g} {figures.currency} for 1,000 pages, {price['date']}, {price['source']}"
