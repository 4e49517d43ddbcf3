// k6: 16 users with a connection each. With RATE each sends by a timer what is due; without, when a reply came.
import { check } from 'k6';
import { WebSocket } from 'k6/experimental/websockets';
import { Trend } from 'k6/metrics';

const { URL, CONNECTIONS } = __ENV;
const rate = Number(__ENV.RATE), seconds = Number(__ENV.SECONDS), text = 'x'.repeat(64);
const replies = new Trend('reply_ms', true);

export const options = {
  scenarios: { peers: { executor: 'per-vu-iterations', vus: Number(CONNECTIONS), iterations: 1 } },
  summaryTrendStats: ['med', 'p(99)', 'max', 'count'],
};

export default function () {
  const socket = new WebSocket(URL);
  const sent = []; // replies of an echo come in order
  let timer;
  const send = () => {
    sent.push(Date.now()); // the only clock k6 has for scripts: whole milliseconds
    socket.send(text);
  };
  socket.onopen = () => {
    setTimeout(() => {
      clearInterval(timer);
      socket.close();
    }, seconds * 1000);
    if (!rate) return send();
    const period = (1000 * CONNECTIONS) / rate, begun = Date.now();
    let count = 0;
    timer = setInterval(() => {
      for (; (count + 1) * period <= Date.now() - begun; count++) send();
    }, Math.max(1, Math.trunc(period))); // timers know whole milliseconds
  };
  socket.onmessage = (event) => {
    replies.add(Date.now() - sent.shift());
    check(event.data, { 'is the text sent': (data) => data === text });
    if (!rate && socket.readyState === 1) send();
  };
}

export function handleSummary(data) {
  const { med, max, count, 'p(99)': p99 } = data.metrics.reply_ms.values;
  return { stdout: JSON.stringify({ p50: med, p99, max, rate: count / seconds }) };
}
