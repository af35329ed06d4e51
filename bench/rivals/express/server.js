// Express as its tutorials show it: body-parser for the raw bytes, verified, parsed, answered. It stores nothing.
import bodyParser from 'body-parser';
import express from 'express';
import { isVerified } from '../signature.js';

const app = express();
app.disable('x-powered-by');
app.disable('etag');

app.post('/webhook', bodyParser.raw({ type: 'application/json' }), (request, response) => {
  if (!isVerified(request.get('X-Signature-256'), request.body)) {
    return response.sendStatus(401);
  }
  const event = JSON.parse(request.body);
  return event.event ? response.json({ status: 'accepted' }) : response.sendStatus(400);
});

app.listen(Number(process.env.PORT), '127.0.0.1');
