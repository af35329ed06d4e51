// Sends signed deliveries at a steady rate until it is told to stop, and says how they were answered: URL, certificate, secret, deliveries a second.
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

const [url, certificate, secret, rate] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 32, ca: readFileSync(certificate) });
const key = Buffer.from(secret, 'base64');
const body = '{"event":"new_order","data":{"order_id":"A-1001","customer_name":"Ada","total_amount":42.5}}';
const answers = {};
let sent = 0, open = 0, stopping = false, slowest = 0;

function send() {
  const id = randomUUID(), now = Math.floor(Date.now() / 1000), since = performance.now();
  const signature = 'v1,' + createHmac('sha256', key).update(`${id}.${now}.${body}`).digest('base64');
  sent++; open++;
  const end = (answer) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
    slowest = Math.max(slowest, performance.now() - since);
    if (--open === 0 && stopping) finish();
  };
  const headers = { 'Content-Type': 'application/json', 'webhook-id': id, 'webhook-timestamp': now, 'webhook-signature': signature };
  const call = request(url, { method: 'POST', agent, headers }, (answer) => { answer.resume(); answer.on('end', () => end(answer.statusCode)); answer.on('error', (error) => end(error.code)); });
  call.on('error', (error) => end(error.code ?? error.message));
  call.end(body);
}

function finish() {
  const other = Object.entries(answers).reduce((sum, [answer, count]) => sum + (/^2\d\d$/.test(answer) ? 0 : count), 0);
  console.log(JSON.stringify({ sent, other, answers, slowestMilliseconds: Math.round(slowest) }));
  process.exit(0);
}

// By the clock and not by the timer, which comes late: what was missed is sent at once.
const started = performance.now();
const timer = setInterval(() => { while (sent < (performance.now() - started) / 1000 * rate) send(); }, 5);
process.on('SIGTERM', () => { clearInterval(timer); stopping = true; if (open === 0) finish(); });
