"""`python -m validate`: what `datagen validate` starts."""

import sys

from validate.cli import main

sys.exit(main())
