"""The answer that has an invitation as a file."""

from collections.abc import Mapping

from starlette.responses import Response

TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def attachment(data: bytes, pair: str, kind: str) -> Response:
    """Return the file to be saved, not shown or kept by the browser."""
    headers = {
        "Content-Disposition": f'attachment; filename="invitation-{pair}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=TYPES[kind], headers=headers)
