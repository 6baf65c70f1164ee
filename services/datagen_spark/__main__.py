"""`datagen generate --engine spark` becomes this, with the same words."""

import sys

from datagen_spark.cli import main

sys.exit(main())
