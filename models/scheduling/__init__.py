"""The order of work: a fair queue between requests, and a scheduler of the processor cores that models share."""
