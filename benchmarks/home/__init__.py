"""Home on a made world: what its bandit earns, how near its pages are to their mix, whether propensities hold."""
