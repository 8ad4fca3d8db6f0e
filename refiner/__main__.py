"""`python -m refiner`: the program `refiner`, where its script is not on the path."""

from __future__ import annotations

from refiner.cli import main

if __name__ == "__main__":
    main()
