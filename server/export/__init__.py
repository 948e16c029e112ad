"""Results in other shapes: the contract's pruned result, and pictures."""
