"""A chat in JSON, with FastAPI: it greets, wants a login, answers with the number sent, and has news.

Besides, /prices takes a subscription, /readings what is sent to it without an answer, /text echoes texts.

python chat.py PORT
"""

import asyncio
import itertools
import json
import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

TOKEN = "open sesame"  # noqa: S105  # an example's
app = FastAPI()


@app.websocket("/chat")
async def chat(socket: WebSocket) -> None:
    """Greet, let in who knows the token, and answer each message; to every tenth there is news besides."""
    await socket.accept()
    await socket.send_json({"type": "welcome"})
    if json.loads(await socket.receive_text()).get("token") != TOKEN:
        await socket.close(4401, "who are you?")
        return
    await socket.send_json({"type": "ready"})
    try:
        while True:
            message = json.loads(await socket.receive_text())
            if message["id"] % 10 == 0:
                await socket.send_json({"type": "news", "text": "it rains"})
            answer = {"type": "reply", "to": {"id": message["id"]}, "text": message["text"].upper()}
            await socket.send_json(answer)
    except WebSocketDisconnect:
        return


@app.websocket("/prices")
async def prices(socket: WebSocket) -> None:
    """Take a subscription, tell a price every 20 ms, and answer a question about one among them."""
    await socket.accept()
    name = json.loads(await socket.receive_text())["subscribe"]

    async def tell() -> None:
        for price in itertools.count(100):
            await socket.send_json({"name": name, "price": price})
            await asyncio.sleep(0.02)

    telling = asyncio.create_task(tell())
    try:
        while True:
            question = await socket.receive_text()
            await socket.send_json({"answer": question, "price": 100})
    except WebSocketDisconnect:
        return
    finally:
        telling.cancel()


@app.websocket("/readings")
async def readings(socket: WebSocket) -> None:
    """Take readings, and say nothing."""
    await socket.accept()
    try:
        while True:
            json.loads(await socket.receive_text())
    except WebSocketDisconnect:
        return


@app.websocket("/text")
async def text(socket: WebSocket) -> None:
    """Echo texts, and know nothing else: a binary message ends it."""
    await socket.accept()
    try:
        while True:
            await socket.send_text(await socket.receive_text())
    except (KeyError, WebSocketDisconnect):
        return


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
