"""Links to the results and pictures of a job. They are signed, expire, and need no other credential."""

from dataclasses import dataclass

from server.storage.signing import UrlSigner

FILES = "files"
PATH = "/api/v2/ocr"
JSON_LINES, MARKDOWN = "result.jsonl", "result.md"
WHOLE = 0
"""The number that stands for the whole document, in place of a page's."""
_KIND = "paddleocr job"
MAX_DIGITS = 7


@dataclass(frozen=True, slots=True)
class JobLinks:
    """The links of one job, for one answer.

    Attributes:
        signer: makes and checks them.
        base: their begin.
        job_id: of the job.
    """

    signer: UrlSigner
    base: str
    job_id: str

    def link(self, number: int, name: str) -> str:
        """The address of a file.

        Args:
            number: of its page, from 1 on; `WHOLE` for a file of the whole document.
            name: of the file.
        """
        seal = self.signer.seal(_KIND, self.job_id, str(number), name)
        return f"{self.base}{PATH}/{FILES}/{self.job_id}/{seal}/{number}/{name}"


def is_genuine(signer: UrlSigner, job_id: str, seal: str, number: str, name: str) -> bool:
    """Whether these parts of an address are those of a link that has not expired."""
    return signer.is_sealed(seal, _KIND, job_id, number, name)
