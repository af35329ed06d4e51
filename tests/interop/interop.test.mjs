// What the senders' own SDKs sign is accepted and stored byte for byte; a forged twin of each is refused, for the reason that it was forged by.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Receiver } from './receiver.mjs';
import { senders } from './senders.mjs';

const secrets = Object.fromEntries(senders.map(sender => [sender.source, sender.newSecret()]));
const minutesAgo = minutes => new Date(Date.now() - minutes * 60_000);
let receiver;
let stopped = false;

/** The same request with one bit of one byte changed: the last letter of the customer's name, so that the JSON stays valid. */
function withOneByteChanged(request) {
  const body = Buffer.from(request.body);
  const at = body.indexOf(Buffer.from('Müller')) + 'Mü'.length + 1;
  body[at] ^= 0x01;
  assert.notEqual(body.toString(), request.body);
  JSON.parse(body.toString());
  return { ...request, body };
}

async function assertRefused(request, reason) {
  const answer = await receiver.send(request);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  assert.deepEqual(Object.keys(answer.json).sort(), ['code', 'deliveryId', 'status', 'title', 'type']);
  assert.equal(answer.json.code, 'WHR2000');

  // The answer tells a forger nothing; the operator is told.
  const { items } = await (await receiver.manage('rejections?limit=200')).json();
  assert.equal(items.find(item => item.deliveryId === answer.json.deliveryId)?.reason, reason);
}

before(async () => {
  receiver = await Receiver.start(Object.fromEntries(
    senders.map(({ source, sender }) => [source, { sender, secret: secrets[source] }])));
});

after(async () => {
  if (receiver && !stopped) {
    await receiver.stop();
  }
});

for (const sender of senders) {
  describe(`${sender.name} → source '${sender.source}'`, () => {
    const secret = secrets[sender.source];
    let genuine;
    let receipt;

    it('accepts what the SDK signed', async () => {
      genuine = await sender.request(secret, new Date());
      const answer = await receiver.send(genuine);
      assert.equal(answer.status, 200, JSON.stringify(answer.json));
      assert.equal(answer.json.status, 'accepted');
      receipt = answer.json.id;
    });

    it('knows the same delivery again', async () => {
      const answer = await receiver.send(genuine);
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json, { id: receipt, status: 'duplicate' });
    });

    it('refuses one changed byte', async () =>
      assertRefused(withOneByteChanged(await sender.request(secret, new Date())), 'SignatureMismatch'));

    it('refuses a signature made with another secret', async () =>
      assertRefused(await sender.request(sender.newSecret(), new Date()), 'SignatureMismatch'));

    it('refuses a stale time, rightly signed', { skip: sender.signsTime ? false : 'this sender signs no time' }, async () =>
      assertRefused(await sender.request(secret, minutesAgo(6)), 'TimestampStale'));

    it('lists the event once, with its type and the sender\'s id, and nothing of the forged', async () => {
      const { items } = await (await receiver.manage(`events?source=${sender.source}`)).json();
      assert.deepEqual(
        items.map(({ id, source, type, eventId }) => ({ id, source, type, eventId })),
        [{ id: receipt, source: sender.source, type: genuine.type, eventId: genuine.eventId }]);
    });

    it('keeps the exact bytes', async () => {
      const body = Buffer.from(await (await receiver.manage(`events/${receipt}/body`)).arrayBuffer());
      assert.ok(body.equals(Buffer.from(genuine.body)));
    });
  });
}

describe('the receiver', () => {
  it('ends with 0 on SIGTERM, and no secret stands in what it wrote', async () => {
    stopped = true;
    const { exitCode, output } = await receiver.stop();
    assert.equal(exitCode, 0, output);
    for (const secret of Object.values(secrets)) {
      assert.ok(!output.includes(secret));
    }
  });
});
