"""The contract's codes, and the translation of our errors into them.

The service answers with HTTP 200, errors included. Errors that a gateway would find before it (keys, unknown paths, too
many requests) keep their HTTP status, so that proxies and clients that know no codes understand them.
"""

from dataclasses import dataclass

from server.errors import (
    BodyTimeout,
    BodyTooLarge,
    InvalidInputFile,
    NotReady,
    Overloaded,
    PixelLimitExceeded,
    RefusedByHttp,
    RequestError,
    RequestTimeout,
    TooManyRequests,
    UrlNotFetched,
)


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the contract's table of codes.

    Attributes:
        code: as in the answer.
        message: as in the answer.
    """

    code: str
    message: str


SUCCESS = Code("10000", "成功")
MISSING = Code("10301", "服务必填参数缺失")
WRONG_TYPE = Code("10304", "请求参数格式或类型错误")
OUT_OF_RANGE = Code("10305", "请求参数范围错误")
TIMED_OUT = Code("10503", "服务连接超时")
FAILED = Code("10903", "服务执行失败")
UNAUTHORIZED_MESSAGE = "鉴权失败"

_GATEWAY = (RefusedByHttp, TooManyRequests, Overloaded, NotReady, BodyTimeout)


class Refused(RequestError):
    """A request that ends with one of the contract's own codes.

    Attributes:
        code: the contract's code.
    """

    def __init__(self, code: Code, status: int = 200) -> None:
        super().__init__(code.message)
        self.status = status
        self.code = code


def code_of(error: RequestError) -> Code:
    """The contract's code for any of our errors."""
    if isinstance(error, Refused):
        return error.code
    if isinstance(error, UrlNotFetched):
        return {"malformed": WRONG_TYPE, "too_large": OUT_OF_RANGE}.get(error.problem, TIMED_OUT)
    if isinstance(error, BodyTooLarge | PixelLimitExceeded):
        return OUT_OF_RANGE
    if isinstance(error, RequestTimeout | BodyTimeout):
        return TIMED_OUT
    return WRONG_TYPE if isinstance(error, InvalidInputFile | RefusedByHttp) else FAILED


def status_of(error: RequestError) -> int:
    """The HTTP status of the answer to an error."""
    return error.status if isinstance(error, (Refused, *_GATEWAY)) else 200
