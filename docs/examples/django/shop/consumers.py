"""What is said on a connection: orders in JSON, each answered with its total."""

from channels.generic.websocket import AsyncJsonWebsocketConsumer

PRICE = 5


class Shop(AsyncJsonWebsocketConsumer):
    """Sells."""

    async def receive_json(self, order: dict[str, int]) -> None:
        """Answer an order."""
        total = PRICE * order["pieces"]
        await self.send_json({"to": order["id"], "total": total})
