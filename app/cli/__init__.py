"""What can be typed instead of clicked?"""

from app.cli.command_line import main

__all__ = ["main"]
