"""Signing in and out, passwords, API tokens."""

from flask import Blueprint

from webapp.web import navigation

bp = Blueprint("auth", __name__)
bp.app_context_processor(navigation.context)
