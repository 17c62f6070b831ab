"""Signing in and out, passwords, API tokens."""

from flask import Blueprint

from webapp import navigation

bp = Blueprint("auth", __name__)
bp.app_context_processor(navigation.context)

from webapp.auth import profile, routes  # noqa: E402 - they hang their routes on the blueprint

__all__ = ["bp", "profile", "routes"]
