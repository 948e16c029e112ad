"""A page's answer does not depend on who else is being served, under every padding, on the real engine."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.contract.conftest import ROOT, Server, body, encoded, picture

SUBJECTS = ("small_print.png", "mixed.png", "palette.bmp")
OTHERS, CLIENTS, TIMES = 40, 16, 2
SWITCHES = {"useDocOrientationClassify": True, "useTextlineOrientation": True}


@pytest.fixture(scope="module", params=["reference", "bucket", "tight"])
def padded(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server with each padding in turn."""
    running = Server("--set", f"engine.padding={request.param}")
    yield running
    running.stop()


def pruned(server: Server, data: bytes) -> str:
    """Return the text that was read, as the text of the answer has it."""
    answer = requests.post(f"{server.url}/ocr", json={**body(data), **SWITCHES}, timeout=120)
    assert answer.status_code == 200
    (page,) = answer.json()["result"]["ocrResults"]
    return json.dumps(page["prunedResult"])


def other(number: int) -> bytes:
    """A page of one to four lines, of a width and with words of its own."""
    dice = random.Random(number)
    image = picture(f"Other {number}", dice.randrange(300, 900, 30), dice.randrange(100, 300, 20))
    image[:40] = picture("No. " + "7" * dice.randint(1, 12), image.shape[1], 80)[20:60]
    return encoded(image)


def test_a_page_reads_alike_alone_and_among_many_others(padded: Server) -> None:
    folder = Path(ROOT) / "tests" / "golden" / "pages"
    subjects = [(folder / name).read_bytes() for name in SUBJECTS]
    alone = {data: pruned(padded, data) for data in subjects}
    crowd = [other(number) for number in range(OTHERS)] + subjects * TIMES
    random.Random(0).shuffle(crowd)
    with ThreadPoolExecutor(CLIENTS) as pool:
        read = list(pool.map(lambda data: (data, pruned(padded, data)), crowd))
    among = [(data, text) for data, text in read if data in alone]
    assert len(among) == TIMES * len(SUBJECTS)
    assert all("rec_texts" in text and len(text) > 500 for text in alone.values())
    assert all(text == alone[data] for data, text in among)
