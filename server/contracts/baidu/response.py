"""The contract's answers."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean, pvariance

from litestar import Response

from models.document import PageResult, TextLine
from models.layout.analyse import analyse_layout
from models.layout.document import Block
from server.contracts.baidu.errors import FIRST_OF_ALGORITHM, Failure, new_log_id
from server.contracts.baidu.languages import language_number
from server.contracts.baidu.positions import Frame, line_position
from server.contracts.baidu.request import Call
from server.contracts.base import Json
from server.http.json_response import json_response
from server.telemetry.record import RequestRecord

MEDIA_TYPE = "application/json;charset=UTF-8"


def answer(content: Json, status: int = 200) -> Response[bytes]:
    """An answer of this contract."""
    return json_response(content, status, MEDIA_TYPE)


def failed(failure: Failure, record: RequestRecord) -> Response[bytes]:
    """The answer to a call that failed. The record gets its ``log_id``."""
    content: Json = {"error_code": failure.code, "error_msg": failure.message}
    if failure.code >= FIRST_OF_ALGORITHM:
        content["log_id"] = new_log_id()
        record.log_id = str(content["log_id"])
    return answer(content)


def page_part(page: PageResult, call: Call) -> Json:
    """The content of the answer for one page. It costs CPU: call it in a thread.

    Lines without text are left out. The others keep the pipeline's order.
    """
    kept = {index: line for index, line in enumerate(page.lines) if line.text.strip()}
    frame = Frame.of(page)
    results = [_line(line, frame, call) for line in kept.values()]
    content: Json = {"log_id": new_log_id(), "words_result_num": len(results), "words_result": results}
    if call.detect_direction:
        content["direction"] = direction(page.preprocessed.angle)
    if call.detect_language:
        content["language"] = language_number(line.text for line in kept.values())
    if call.paragraph:
        paragraphs = _paragraphs(page, {line: index for index, line in enumerate(kept)})
        content |= {"paragraphs_result": paragraphs, "paragraphs_result_num": len(paragraphs)}
    return content


def direction(angle: int) -> int:
    """The image's rotation counter-clockwise, in steps of 90 degrees; -1 if it is unknown.

    Args:
        angle: degrees counter-clockwise that rotate it upright; -1 if unknown.
    """
    return -1 if angle < 0 else (360 - angle) % 360 // 90


def _line(line: TextLine, frame: Frame, call: Call) -> Json:
    entry: Json = {"words": line.text}
    if call.probability:
        scores = line.char_scores
        entry["probability"] = {"average": fmean(scores), "variance": pvariance(scores), "min": min(scores)}
    if call.located:
        entry |= line_position(line, frame, call)
    return entry


def _paragraphs(page: PageResult, indices: dict[int, int]) -> list[Json]:
    """The blocks of the page in reading order, each with the indices of its lines in ``words_result``.

    A table is one paragraph for each row: a label and its value stand together, and apart from the next row's.
    """
    layout = analyse_layout(page.preprocessed.image, page.lines, page.regions)
    groups = (
        # A line that was cut at a gutter is in the paragraph of its first part.
        list(dict.fromkeys(indices[source] for line in lines if (source := layout.sources[line]) in indices))
        for block in layout.blocks
        for lines in _line_groups(block)
    )
    return [{"words_result_idx": group} for group in _each_once(groups) if group]


def _each_once(groups: Iterable[Sequence[int]]) -> Iterator[list[int]]:
    """The groups, without the numbers that an earlier one holds."""
    seen: set[int] = set()
    for group in groups:
        yield [number for number in group if number not in seen]
        seen.update(group)


def _line_groups(block: Block) -> Sequence[Sequence[int]]:
    if block.table is None:
        return [block.lines]
    rows: list[list[int]] = [[] for _ in range(block.table.rows)]
    for cell in block.table.cells:
        rows[cell.row].extend(cell.lines)
    return rows
