"""The one table of metrics, in the order in which reports tell them."""

from benchmarks.compare.metrics import (
    character_errors,
    end_to_end,
    line_detection,
    missed_invented,
    reading_order,
    tables,
    word_bag,
    word_errors,
    word_places,
)
from benchmarks.compare.metrics.base import Metric

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        word_bag.METRIC,
        word_places.METRIC,
        character_errors.METRIC,
        word_errors.METRIC,
        missed_invented.MISSED,
        missed_invented.INVENTED,
        line_detection.PRECISION,
        line_detection.RECALL,
        line_detection.HMEAN,
        end_to_end.METRIC,
        reading_order.METRIC,
        tables.METRIC,
    )
}
