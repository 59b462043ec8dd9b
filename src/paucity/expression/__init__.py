"""One small typed expression language for eligibility, claims, definitions and scores."""

from paucity.expression.english import say
from paucity.expression.nodes import Node, names_in
from paucity.expression.parse import ExpressionError, parse

__all__ = ["ExpressionError", "Node", "names_in", "parse", "say"]
