"""Commands for operators and scripts, one file a subject; `webapp.cli` gathers them.

Each module has ``COMMANDS``, a tuple of click commands.
"""
