"""What both pages share: app shell, templates, styles, scripts, and the reader of published runs. Knows no Spark."""
