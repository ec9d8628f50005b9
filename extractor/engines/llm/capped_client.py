"""An HTTP client that counts what it reads: a body larger than it may be is given up, and never held in memory.

Imported late: it needs `openai`.
"""

from __future__ import annotations

from typing import Any

import openai

from extractor.engines.llm.transport import BodyTooLarge

ABOUT_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class CappedClient(openai.DefaultAsyncHttpxClient):
    """The SDK's HTTP client with a cap on the bytes of a body, counted after decompression."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(timeout=None)
        self._most_bytes = most_bytes

    async def send(self, request: Any, **more: Any) -> Any:
        """The response, its body read. Raises `BodyTooLarge`."""
        response = await super().send(request, **{**more, "stream": True})
        try:
            body = await self._read(response)
        finally:
            await response.aclose()
        headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in ABOUT_THE_BODY]
        return type(response)(response.status_code, headers=headers, content=body, request=response.request)

    async def _read(self, response: Any) -> bytes:
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > self._most_bytes:
                raise BodyTooLarge(f"the answer is larger than {self._most_bytes} bytes (setting max_answer_bytes)")
        return bytes(body)
