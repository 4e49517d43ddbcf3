"""A shop that sells over a WebSocket, with FastAPI: orders in JSON, each answered with its total."""

from fastapi import FastAPI, WebSocket, WebSocketDisconnect

PRICE = 5
app = FastAPI()


@app.websocket("/echo")
async def sell(socket: WebSocket) -> None:
    """Answer each order."""
    await socket.accept()
    try:
        while True:
            order = await socket.receive_json()
            total = PRICE * order["pieces"]
            await socket.send_json({"to": order["id"], "total": total})
    except WebSocketDisconnect:
        return
