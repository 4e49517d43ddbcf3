// The functions of artillery.yml. All users are in one process, so they share what is here.
const [connections, rate, seconds] = ['CONNECTIONS', 'RATE', 'SECONDS'].map((name) => Number(process.env[name]));
const here = [];
let deadline;

exports.meet = (context, events, done) => {
  if (here.push(done) < connections) return;
  deadline = performance.now() + seconds * 1000;
  here.forEach((go) => go());
};

exports.begin = (context, events, done) => {
  context.vars.sent = performance.now();
  done();
};

exports.end = (context, events, done) => {
  events.emit('histogram', 'reply_ms', performance.now() - context.vars.sent);
  done();
};

exports.rest = (context, events, done) => {
  if (rate) setTimeout(done, (1000 * connections) / rate);
  else setImmediate(done);
};

exports.goesOn = (context, next) => next(performance.now() < deadline);
