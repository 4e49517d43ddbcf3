// An echo server with the npm package ws that keeps the contract of wsbench: `node server.js PORT`.
// Node and ws set TCP_NODELAY and send no pings by themselves; the limit and the rest are set here.
"use strict";

const http = require("node:http");
const { WebSocketServer } = require("ws");

const PATHS = ["/echo", "/socket"];
const upgrades = new WebSocketServer({
  noServer: true,
  maxPayload: 16 * 1024 * 1024, // bytes
  perMessageDeflate: false,
  handleProtocols: () => false, // none is selected
});

function serve(socket, path) {
  socket.on("error", () => {}); // ws closes the connection, with the right code
  if (path === "/echo") {
    socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
  } else {
    console.log("Socket opened");
    socket.on("message", (data) => socket.send(`Msg is ${data}`));
    socket.on("close", () => console.log("Socket closed"));
  }
}

const server = http.createServer((request, response) => {
  const status = request.url === "/" ? 200 : PATHS.includes(request.url) ? 426 : 404;
  const body = status === 200 ? "It Works!" : http.STATUS_CODES[status];
  response.writeHead(status, { "Content-Type": "text/plain", "Content-Length": body.length }).end(body);
});

server.on("upgrade", (request, connection, head) => {
  connection.on("error", () => {}); // a client that vanished
  if (PATHS.includes(request.url)) {
    upgrades.handleUpgrade(request, connection, head, (socket) => serve(socket, request.url));
  } else {
    connection.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
});

server.listen(Number(process.argv[2]), "127.0.0.1");
