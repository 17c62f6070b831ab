"""The blueprints, one a role and one for everybody, registered with the modules that hang their views on them."""

from importlib import import_module
from pkgutil import walk_packages

from flask import Flask

NAMES = ("auth", "public", "admin", "hod", "faculty", "student", "api")


def init_app(app: Flask) -> None:
    """Register each blueprint, after the modules that give it its views."""
    for name in NAMES:
        package = import_module(f"webapp.web.{name}")
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
        app.register_blueprint(package.bp)
