// Schemes that many senders share.
import { createHash, generateKeyPairSync } from 'node:crypto';
import messages from 'http-message-signatures';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { seconds } from './time.mjs';

const components = ['@method', '@target-uri', 'content-digest'];
const ed25519Spki = Buffer.from('302a300506032b6570032100', 'hex');
const privateKeys = new Map();

const contentDigest = body => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

async function signMessage({ at, url, headers, body }, key, alg) {
  const signed = await messages.httpbis.signMessage(
    {
      key: messages.createSigner(key, alg, 'key-1'), fields: components,
      params: ['created', 'keyid', 'alg'], paramValues: { created: at },
    },
    { method: 'POST', url, headers: { ...headers, 'content-digest': contentDigest(body) } });
  return { headers: signed.headers };
}

// The library leaves the digest of the body to its users.
const verifyMessage = async ({ url, query, headers, body }, key, alg) =>
  headers['content-digest'] === contentDigest(body) && messages.httpbis.verifyMessage(
    { keyLookup: async () => ({ verify: messages.createVerifier(key, alg) }), requiredFields: components, maxAge: 300 },
    { method: 'POST', url: query ? `${url}?${query}` : url, headers });

export const generic = [
  {
    sender: 'standard-webhooks',
    package: 'standardwebhooks',
    sign: ({ secret, at, id, body }) => ({
      headers: {
        'webhook-id': id,
        'webhook-timestamp': `${seconds(at)}`,
        'webhook-signature': new StandardWebhook(secret).sign(id, at, body),
      },
    }),
    verify: ({ secret, headers, body }) => new StandardWebhook(secret).verify(body, headers),
  },
  {
    sender: 'svix',
    package: 'svix',
    sign: ({ secret, at, id, body }) => ({
      headers: {
        'svix-id': id,
        'svix-timestamp': `${seconds(at)}`,
        'svix-signature': new SvixWebhook(secret).sign(id, at, body),
      },
    }),
    verify: ({ secret, headers, body }) => new SvixWebhook(secret).verify(body, headers),
  },
  {
    sender: 'http-message-signatures-hmac',
    package: 'http-message-signatures',
    sign: ({ secret, ...request }) => signMessage(request, Buffer.from(secret, 'base64'), 'hmac-sha256'),
    verify: ({ secret, ...request }) => verifyMessage(request, Buffer.from(secret, 'base64'), 'hmac-sha256'),
  },
  {
    sender: 'http-message-signatures-ed25519',
    package: 'http-message-signatures',
    newSdkSecret() {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const secret = publicKey.export({ type: 'spki', format: 'der' }).subarray(ed25519Spki.length).toString('base64');
      privateKeys.set(secret, privateKey);
      return secret;
    },
    sign: ({ secret, ...request }) => signMessage(request, privateKeys.get(secret), 'ed25519'),
    verify: ({ secret, ...request }) => verifyMessage(
      request, { key: Buffer.concat([ed25519Spki, Buffer.from(secret, 'base64')]), format: 'der', type: 'spki' }, 'ed25519'),
  },
];
