// Senders of messages, mail and calls.
import { createSecretKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { validateSignature as validateLineSignature } from '@line/bot-sdk';
import { EventWebhook as SendGrid } from '@sendgrid/eventwebhook';
import slack from '@slack/bolt/dist/receivers/verify-request.js';
import { verifySignature as verifyVonageSignature } from '@vonage/jwt';
import discord from 'discord-interactions';
import messageBirdLegacy from 'messagebird/lib/signature.js';
import messageBird from 'messagebird/lib/webhook-signature-jwt.js';
import plivo from 'plivo';
import { Resend } from 'resend';
import Telnyx from 'telnyx';
import twilio from 'twilio';
import ViberValidator from 'viber-bot/lib/message/message-validator.js';
import { seconds } from './time.mjs';

const require = createRequire(import.meta.url);
const twilioWebhooks = require('twilio/lib/webhooks/webhooks.js');
const fields = text => Object.fromEntries(new URLSearchParams(text));
const json = 'application/json';

export const messaging = [
  {
    sender: 'slack',
    package: '@slack/bolt',
    verify: ({ secret, headers, body }) => slack.isValidSlackRequest({ signingSecret: secret, body, headers }),
  },
  {
    sender: 'twilio',
    title: 'a form',
    package: 'twilio',
    onlySdk: true,
    changed: 'SignatureMismatch',
    sign: ({ secret, url, body }) => ({
      headers: { 'x-twilio-signature': twilioWebhooks.getExpectedTwilioSignature(secret, url, fields(body)) },
    }),
    verify: ({ secret, url, headers, body }) => twilio.validateRequest(secret, headers['x-twilio-signature'], url, fields(body)),
  },
  {
    sender: 'twilio',
    title: 'JSON',
    package: 'twilio',
    type: 'test',
    headers: { 'content-type': json },
    body: body => JSON.stringify({ type: 'test', ...fields(body) }),
    sign({ secret, url, body }) {
      const query = `bodySHA256=${twilioWebhooks.getExpectedBodyHash(body)}`;
      return { query, headers: { 'x-twilio-signature': twilioWebhooks.getExpectedTwilioSignature(secret, `${url}?${query}`, {}) } };
    },
    verify: ({ secret, url, query, headers, body }) =>
      twilio.validateRequestWithBody(secret, headers['x-twilio-signature'], `${url}?${query}`, body),
  },
  {
    sender: 'discord-interactions',
    package: 'discord-interactions',
    ignores: ['time'],
    verify: ({ secret, headers, body }) =>
      discord.verifyKey(body, headers['x-signature-ed25519'], headers['x-signature-timestamp'], secret),
  },
  {
    sender: 'telnyx',
    package: 'telnyx',
    verify: ({ secret, headers, body }) => new Telnyx({ apiKey: 'key' }).webhooks.unwrap(body, { headers, key: secret }),
  },
  {
    sender: 'line',
    package: '@line/bot-sdk',
    verify: ({ secret, headers, body }) => validateLineSignature(body, secret, headers['x-line-signature']),
  },
  {
    sender: 'sendgrid-events',
    package: '@sendgrid/eventwebhook',
    ignores: ['time'],
    verify({ secret, headers, body }) {
      const sendGrid = new SendGrid();
      return sendGrid.verifySignature(
        sendGrid.convertPublicKeyToECDSA(secret), body,
        headers['x-twilio-email-event-webhook-signature'], headers['x-twilio-email-event-webhook-timestamp']);
    },
  },
  {
    sender: 'vonage',
    package: '@vonage/jwt',
    // It leaves the claim payload_hash to its users.
    ignores: ['time', 'body'],
    verify: ({ secret, headers }) => verifyVonageSignature(headers.authorization.slice('Bearer '.length), secret),
  },
  {
    sender: 'messagebird',
    package: 'messagebird',
    ignores: ['time'],
    verify: ({ secret, url, headers, body }) =>
      messageBird.verify(url, Buffer.from(body), headers['messagebird-signature-jwt'], createSecretKey(Buffer.from(secret))),
  },
  {
    sender: 'messagebird-legacy',
    package: 'messagebird',
    sign({ secret, at, query, body }) {
      const headers = { 'messagebird-request-timestamp': `${seconds(at)}` };
      const signature = messageBirdLegacy.generate({ headers, query: fields(query), body }, secret);
      return { headers: { ...headers, 'messagebird-signature': signature.toString('base64') } };
    },
    verify: ({ secret, query, headers, body }) => messageBirdLegacy.validate({ headers, query: fields(query), body }, secret),
  },
  {
    sender: 'plivo',
    package: 'plivo',
    verify: ({ secret, url, headers, body }) => plivo.validateV3Signature(
      'POST', url, headers['x-plivo-signature-v3-nonce'], secret, headers['x-plivo-signature-v3'], fields(body)),
  },
  {
    sender: 'viber',
    package: 'viber-bot',
    verify: ({ secret, headers, body }) =>
      new ViberValidator({ debug() {} }, secret).validateMessage(headers['x-viber-content-signature'], body),
  },
  {
    sender: 'resend',
    package: 'resend',
    verify: ({ secret, headers, body }) => new Resend('re_key').webhooks.verify({
      payload: body, webhookSecret: secret,
      headers: { id: headers['svix-id'], timestamp: headers['svix-timestamp'], signature: headers['svix-signature'] },
    }),
  },
];
