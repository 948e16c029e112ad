"""A network with the same function and fewer steps."""

from models.engines.torch.affine import fold_affine
from models.engines.torch.graph import Graph
from models.engines.torch.patterns import join_patterns


def fused(graph: Graph) -> Graph:
    """Join written-out operations, then fold scales and shifts into convolutions.

    Each pass alone keeps the outputs, up to float32's rounding.
    """
    return fold_affine(join_patterns(graph))
