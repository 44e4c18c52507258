"""The subcommands of ``vnpolicy``, one a module. Heavy modules are imported inside the functions."""
