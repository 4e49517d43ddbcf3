// A client of a few lines with `ws`: with RATE a timer a connection sends what is due, without each reply the next.
const WebSocket = require('ws');

const { URL } = process.env;
const [connections, rate, seconds] = ['CONNECTIONS', 'RATE', 'SECONDS'].map((name) => Number(process.env[name]));
const text = 'x'.repeat(64), took = [];
let opened = 0;

const sockets = Array.from({ length: connections }, () => {
  const socket = new WebSocket(URL, { perMessageDeflate: false });
  const sent = []; // replies of an echo come in order
  socket.exchange = () => {
    sent.push(performance.now());
    socket.send(text);
  };
  socket.on('open', () => ++opened === connections && begin());
  socket.on('message', (data) => {
    took.push(performance.now() - sent.shift());
    if (data.toString() !== text) throw new Error('a wrong reply');
    if (!rate) socket.exchange();
  });
  return socket;
});

function begin() {
  const period = (1000 * connections) / rate, begun = performance.now();
  for (const socket of sockets) {
    let count = 0;
    const due = () => {
      for (; (count + 1) * period <= performance.now() - begun; count++) socket.exchange();
    };
    if (rate) setInterval(due, Math.max(1, Math.trunc(period))); // timers know whole milliseconds
    else socket.exchange();
  }
  setTimeout(() => {
    const passed = (performance.now() - begun) / 1000; // a busy client's timer is late
    took.sort((a, b) => a - b);
    const at = (share) => took[Math.ceil(share * took.length) - 1];
    console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99), max: at(1), rate: took.length / passed }));
    process.exit(0);
  }, seconds * 1000);
}
