"""The steps of the chain, one file each. `registry.STAGES` lists them; importing this package imports none."""
