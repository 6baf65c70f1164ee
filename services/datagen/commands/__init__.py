"""What each command does, apart from how its options are read; imported only when it runs."""

from datagen.startup import load_arrow_alone

load_arrow_alone()
