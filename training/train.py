"""Train from a settings file: ``python -m onward.training.train SETTINGS --data FOLDER`` is ``onward train``."""

import sys

from onward.cli import main

if __name__ == "__main__":
    main(["train", *sys.argv[1:]])
