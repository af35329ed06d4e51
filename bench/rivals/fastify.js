// What the three receivers on Fastify share: the raw body, its signature, its JSON. They differ in what they do with the event.
import Fastify from 'fastify';
import { isVerified } from './signature.js';

// Without logger, as the others: what a log line costs is not the question here.
export async function listen(accept, handled, open) {
  const app = Fastify();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => done(null, body));

  app.post('/webhook', async (request, reply) => {
    if (!isVerified(request.headers['x-signature-256'], request.body)) {
      return reply.code(401).send();
    }
    const event = JSON.parse(request.body);
    if (!event.event) {
      return reply.code(400).send();
    }
    await accept?.(event);
    return { status: 'accepted' };
  });

  if (handled) {
    app.get('/handled', async () => handled());
    app.get('/stats', async () => ({ open: await open(), handled: handled() }));
  }
  await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
}
