"""``python -m vnpolicy_nlp`` is the command ``vnpolicy``."""

from vnpolicy_nlp.cli import main

main()
