"""`python -m placement_opt.cli` is `placement-opt`."""

import sys

from placement_opt.cli import main

if __name__ == "__main__":
    sys.exit(main())
