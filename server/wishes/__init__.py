"""Whom one side wants to meet of the other, and who fits whom."""
