// What the senders' own SDKs sign is accepted and stored byte for byte, and what the receiver's tools sign is taken by the SDKs; a forged
// twin of each is refused by both, and by the receiver for the reason that it was forged by.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Exchange } from './exchange.mjs';
import { standsAlone, withOneBitChanged, withSignatureChanged, withTimeMoved } from './forgeries.mjs';
import { Receiver } from './receiver.mjs';
import { senders } from './senders/index.mjs';
import { Signer } from './signer.mjs';

const signer = new Signer();
let receiver;
let stopped = false;

const exchanges = senders.flatMap(sender => [
  ...(sender.sign ? [new Exchange(sender, signer, true)] : []),
  ...(sender.verify && !sender.onlySdk ? [new Exchange(sender, signer, false)] : []),
]);

async function assertRefused(request, reason) {
  const answer = await receiver.send(request);
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
  assert.deepEqual(Object.keys(answer.json).sort(), ['code', 'deliveryId', 'status', 'title', 'type']);
  assert.equal(answer.json.code, 'WHR2000');

  // The answer tells a forger nothing; the operator is told.
  const { items } = await (await receiver.manage('rejections?limit=10')).json();
  assert.equal(items.find(item => item.deliveryId === answer.json.deliveryId)?.reason, reason);
}

before(async () => {
  for (const exchange of exchanges) {
    exchange.secret = await exchange.newSecret();
  }

  receiver = await Receiver.start(Object.fromEntries(
    exchanges.map(({ source, row, secret }) => [source, { sender: row.id, secret }])));
});

after(async () => {
  await signer.stop();
  if (receiver && !stopped) {
    await receiver.stop();
  }
});

for (const exchange of exchanges) {
  const { sender, row, source } = exchange;
  const verifies = sender.verify !== undefined;

  describe(exchange.name, () => {
    let genuine;
    let answer;

    async function assertForged(request, reason, part) {
      await assertRefused(request, reason);
      if (verifies) {
        const isIgnored = sender.ignores?.includes(part) ?? false;
        assert.equal(await exchange.isTaken(request, exchange.secret), isIgnored, 'whether the SDK takes it');
      }
    }

    it('is accepted, and known the second time', async () => {
      genuine = await exchange.request(exchange.secret, new Date());
      answer = await receiver.send(genuine);
      assert.equal(answer.status, row.answer?.status ?? 200, JSON.stringify(answer.json));
      const again = await receiver.send(genuine);
      assert.equal(again.status, answer.status);
      if (answer.json) {
        assert.equal(answer.json.status, 'accepted');
        assert.deepEqual({ id: again.json.id, status: again.json.status }, { id: answer.json.id, status: 'duplicate' });
      }

      if (verifies) {
        assert.ok(await exchange.isTaken(genuine, exchange.secret), 'the SDK refuses it');
      }
    });

    it('is refused with one changed bit', async () =>
      assertForged(withOneBitChanged(await exchange.request(exchange.secret, new Date())), exchange.reasonOfChange, 'body'));

    it('is refused with a changed signature', async () =>
      assertForged(withSignatureChanged(await exchange.request(exchange.secret, new Date()), exchange.scheme), 'SignatureMismatch'));

    it('is refused when another secret signed it', async () =>
      assertForged(await exchange.request(await exchange.newSecret(), new Date()), 'SignatureMismatch'));

    if (standsAlone(exchange.scheme.timestamp)) {
      it('is refused with its time moved', async () =>
        assertForged(withTimeMoved(await exchange.request(exchange.secret, new Date()), exchange.scheme), 'SignatureMismatch'));
    }

    if (exchange.tolerance) {
      it('is refused when its time is stale, rightly signed', async () => {
        const stale = new Date(Date.now() - (exchange.tolerance + 60) * 1000);
        await assertForged(await exchange.request(exchange.secret, stale), 'TimestampStale', 'time');
      });
    }

    it('is listed once, with its type and the sender\'s id, and nothing of the forged', async () => {
      const { items } = await (await receiver.manage(`events?source=${source}`)).json();
      assert.equal(items.length, 1);
      const [{ id, type, eventId }] = items;
      assert.equal(type, sender.type ?? row.sample.type);
      assert.equal(eventId, exchange.eventId(genuine) ?? eventId);

      // A batch is stored element by element.
      if (!row.event.each) {
        const stored = Buffer.from(await (await receiver.manage(`events/${id}/body`)).arrayBuffer());
        assert.ok(stored.equals(Buffer.from(genuine.body)), 'other bytes were stored');
      }
    });
  });
}

describe('the receiver', () => {
  it('ends with 0 on SIGTERM, and no secret stands in what it wrote', async () => {
    stopped = true;
    const { exitCode, output } = await receiver.stop();
    assert.equal(exitCode, 0, output);
    for (const { secret } of exchanges) {
      assert.ok(!output.includes(secret));
    }
  });
});
