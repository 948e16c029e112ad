"""Makes networks with the same function and fewer steps."""

from models.engines.torch.affine import fold_affine
from models.engines.torch.graph import Graph
from models.engines.torch.patterns import join_patterns


def fused(graph: Graph) -> Graph:
    """Join operations that were written out, then fold scales and shifts into convolutions.

    Each pass keeps the outputs, up to the rounding of float32.
    """
    return fold_affine(join_patterns(graph))
