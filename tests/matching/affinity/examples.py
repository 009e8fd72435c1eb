"""Small affinity requests that several tests use."""

from typing import Any

MAGNETS_ZH = "需要高性能钕铁硼永磁体，用于驱动电机，参考牌号 N48SH。"
MAGNETS_RU = "Разрабатываю постоянные магниты Nd–Fe–B марки N48SH для электродвигателей."
WELDING_RU = "Лазерная сварка титановых сплавов."


def request(needs: list[dict[str, Any]], experts: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"format": "affinity-request/1", "needs": needs, "experts": experts, **more}


def side(name: str, *texts: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a need or an expert as JSON; a plain string is a text without language tag."""
    return {"id": name, "texts": [{"text": text} if isinstance(text, str) else text for text in texts], **more}


def part(pair: dict[str, Any], code: str) -> dict[str, Any] | None:
    return next((found for found in pair["parts"] if found["code"] == code), None)
