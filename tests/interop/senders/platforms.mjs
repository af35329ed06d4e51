// Senders of software and content.
import { verifyWebhook as verifyClerkWebhook } from '@clerk/backend/webhooks';
import * as contentful from '@contentful/node-apps-toolkit';
import { Signature as HubSpot } from '@hubspot/api-client/lib/src/utils/signature.js';
import { LinearWebhookClient } from '@linear/sdk/webhooks';
import Mux from '@mux/mux-node';
import { signWebhookPayload as signForNotion, verifyWebhookSignature as verifyNotionSignature } from '@notionhq/client';
import { sign as signForGitHub, verify as verifyForGitHub } from '@octokit/webhooks-methods';
import { encodeSignatureHeader as signForSanity, isValidSignature as isValidSanitySignature } from '@sanity/webhook';
import { WorkOS } from '@workos-inc/node';
import { WebhooksManager as Box } from 'box-node-sdk/managers/webhooks';
import cloudinary from 'cloudinary';
import OpenAI from 'openai';
import replicate from 'replicate';
import { seconds } from './time.mjs';

const workos = new WorkOS('key');

const cloudinaryRow = (sender, algorithm) => ({
  sender,
  package: 'cloudinary',
  sign({ secret, at, body }) {
    const timestamp = seconds(at);
    return {
      headers: {
        'x-cld-timestamp': `${timestamp}`,
        'x-cld-signature': cloudinary.v2.utils.webhook_signature(body, timestamp, { api_secret: secret, signature_algorithm: algorithm }),
      },
    };
  },
  verify({ secret, headers, body }) {
    cloudinary.v2.config({ api_secret: secret, signature_algorithm: algorithm });
    return cloudinary.v2.utils.verifyNotificationSignature(body, Number(headers['x-cld-timestamp']), headers['x-cld-signature']);
  },
});

const hubSpotRow = (version, header, headers = {}) => ({
  sender: `hubspot-${version}`,
  package: '@hubspot/api-client',
  headers,
  sign({ secret, at, url, body }) {
    const timestamp = at.getTime();
    const signature = HubSpot.getSignature('POST', version, { clientSecret: secret, requestBody: body, url, timestamp });
    return { headers: { [header]: signature, ...(version === 'v3' && { 'x-hubspot-request-timestamp': `${timestamp}` }) } };
  },
  verify: ({ secret, url, headers, body }) => HubSpot.isValid({
    method: 'POST', signatureVersion: version, signature: headers[header], clientSecret: secret, requestBody: body, url,
    timestamp: Number(headers['x-hubspot-request-timestamp']),
  }),
});

export const platforms = [
  {
    sender: 'github',
    package: '@octokit/webhooks-methods',
    sign: async ({ secret, body }) => ({ headers: { 'x-hub-signature-256': await signForGitHub(secret, body) } }),
    verify: ({ secret, headers, body }) => verifyForGitHub(secret, body, headers['x-hub-signature-256']),
  },
  {
    sender: 'linear',
    package: '@linear/sdk',
    verify: ({ secret, headers, body }) =>
      new LinearWebhookClient(secret).parseData(Buffer.from(body), headers['linear-signature']),
  },
  {
    sender: 'notion',
    package: '@notionhq/client',
    sign: async ({ secret, body }) => ({ headers: { 'x-notion-signature': await signForNotion({ body, verificationToken: secret }) } }),
    verify: ({ secret, headers, body }) =>
      verifyNotionSignature({ body, signature: headers['x-notion-signature'], verificationToken: secret }),
  },
  {
    sender: 'workos',
    package: '@workos-inc/node',
    async sign({ secret, at, body }) {
      const signature = await workos.webhooks.computeSignature(at.getTime(), JSON.parse(body), secret);
      return { headers: { 'workos-signature': `t=${at.getTime()}, v1=${signature}` } };
    },
    verify: ({ secret, headers, body }) =>
      workos.webhooks.verifyHeader({ payload: JSON.parse(body), sigHeader: headers['workos-signature'], secret }),
  },
  {
    sender: 'clerk',
    package: '@clerk/backend',
    verify: ({ secret, url, headers, body }) =>
      verifyClerkWebhook(new Request(url, { method: 'POST', headers, body }), { signingSecret: secret }),
  },
  {
    sender: 'mux',
    package: '@mux/mux-node',
    verify: ({ secret, headers, body }) =>
      new Mux({ tokenId: 'id', tokenSecret: 'secret' }).webhooks.unwrap(body, headers, secret),
  },
  {
    sender: 'openai',
    package: 'openai',
    verify: ({ secret, headers, body }) => new OpenAI({ apiKey: 'key' }).webhooks.unwrap(body, headers, secret),
  },
  {
    sender: 'replicate',
    package: 'replicate',
    ignores: ['time'],
    verify: ({ secret, headers, body }) => replicate.validateWebhook({ headers, body }, secret),
  },
  {
    sender: 'contentful',
    package: '@contentful/node-apps-toolkit',
    sign({ secret, at, url, headers, body }) {
      const signed = { 'x-contentful-topic': headers['x-contentful-topic'] };
      const request = { method: 'POST', path: new URL(url).pathname, headers: signed, body };
      return { headers: contentful.signRequest(secret, request, at.getTime()) };
    },
    verify: ({ secret, url, headers, body }) =>
      contentful.verifyRequest(secret, { method: 'POST', path: new URL(url).pathname, headers, body }),
  },
  cloudinaryRow('cloudinary', 'sha1'),
  cloudinaryRow('cloudinary-sha256', 'sha256'),
  {
    sender: 'sanity',
    package: '@sanity/webhook',
    ignores: ['time'],
    sign: async ({ secret, at, body }) => ({ headers: { 'sanity-webhook-signature': await signForSanity(body, at.getTime(), secret) } }),
    verify: ({ secret, headers, body }) => isValidSanitySignature(body, headers['sanity-webhook-signature'], secret),
  },
  {
    sender: 'box',
    package: 'box-node-sdk',
    verify: ({ secret, headers, body }) => Box.validateMessage(body, headers, secret),
  },
  hubSpotRow('v1', 'x-hubspot-signature', { 'x-hubspot-signature-version': 'v1' }),
  hubSpotRow('v2', 'x-hubspot-signature', { 'x-hubspot-signature-version': 'v2' }),
  hubSpotRow('v3', 'x-hubspot-signature-v3'),
];
