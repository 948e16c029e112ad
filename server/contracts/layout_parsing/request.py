"""The request of `POST /layout-parsing`: a JSON body."""

from server.contracts.paddlex_shapes.document_parameters import DocumentParameters
from server.contracts.paddlex_shapes.parameters import WithFile


class LayoutParsingRequest(DocumentParameters, WithFile):
    """The JSON body. ``file`` is a URL or base64. It is the first field, because errors are listed in this order."""
