// Senders of payments and commerce.
import { randomBytes } from 'node:crypto';
import Adyen from '@adyen/api-library/lib/src/utils/hmacValidator.js';
import EasyPost from '@easypost/api';
import { Environment, Paddle } from '@paddle/paddle-node-sdk';
import '@shopify/shopify-api/adapters/node';
import { shopifyApi } from '@shopify/shopify-api';
import coinbase from 'coinbase-commerce-node';
import * as gocardless from 'gocardless-nodejs/webhooks';
import Razorpay from 'razorpay';
import { WebhooksHelper as Square } from 'square';
import Stripe from 'stripe';
import { customer } from './rows.mjs';
import { seconds } from './time.mjs';

const adyen = new Adyen.default();
const adyenItem = body => JSON.parse(body).notificationItems[0].NotificationRequestItem;

export const payments = [
  {
    sender: 'stripe',
    package: 'stripe',
    newSecret: () => `whsec_${randomBytes(32).toString('hex')}`,
    sign: ({ secret, at, body }) => ({
      headers: { 'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: seconds(at) }) },
    }),
    verify: ({ secret, headers, body }) => Stripe.webhooks.constructEvent(body, headers['stripe-signature'], secret),
  },
  {
    sender: 'square',
    package: 'square',
    verify: ({ secret, url, headers, body }) => Square.verifySignature({
      requestBody: body, signatureHeader: headers['x-square-hmacsha256-signature'], signatureKey: secret, notificationUrl: url,
    }),
  },
  {
    sender: 'adyen-standard',
    package: '@adyen/api-library',
    body: body => body.replace('A-1001', customer),
    sign({ secret, body }) {
      const signature = adyen.calculateHmac(adyenItem(body), secret);
      return { body: body.replace('"hmacSignature":""', `"hmacSignature":"${signature}"`) };
    },
    verify: ({ secret, body }) => adyen.validateHMAC(adyenItem(body), secret),
  },
  {
    sender: 'adyen-platform',
    package: '@adyen/api-library',
    sign: ({ secret, body }) => ({ headers: { hmacsignature: adyen.calculateHmac(body, secret) } }),
    verify: ({ secret, headers, body }) => adyen.validateHMACSignature(secret, headers.hmacsignature, body),
  },
  {
    sender: 'shopify',
    package: '@shopify/shopify-api',
    async verify({ secret, url, headers, body }) {
      const api = shopifyApi({
        apiKey: 'key', apiSecretKey: secret, apiVersion: '2026-01', hostName: new URL(url).hostname, isEmbeddedApp: false,
        logger: { level: 0 },
      });
      const { valid } = await api.webhooks.validate({ rawBody: body, rawRequest: { method: 'POST', url: new URL(url).pathname, headers } });
      return valid;
    },
  },
  {
    sender: 'paddle',
    package: '@paddle/paddle-node-sdk',
    verify: ({ secret, headers, body }) =>
      new Paddle('key', { environment: Environment.sandbox }).webhooks.isSignatureValid(body, secret, headers['paddle-signature']),
  },
  {
    sender: 'razorpay',
    package: 'razorpay',
    verify: ({ secret, headers, body }) => Razorpay.validateWebhookSignature(body, headers['x-razorpay-signature'], secret),
  },
  {
    sender: 'coinbase-commerce',
    package: 'coinbase-commerce-node',
    sign: ({ secret, body }) => ({ headers: { 'x-cc-webhook-signature': coinbase.Webhook.computeSignature(body, secret) } }),
    verify: ({ secret, headers, body }) => coinbase.Webhook.verifyEventBody(body, headers['x-cc-webhook-signature'], secret),
  },
  {
    sender: 'gocardless',
    package: 'gocardless-nodejs',
    verify: ({ secret, headers, body }) => gocardless.parse(body, secret, headers['webhook-signature']),
  },
  {
    sender: 'easypost',
    package: '@easypost/api',
    verify: ({ secret, headers, body }) => new EasyPost('key').Utils.validateWebhook(body, headers, secret),
  },
];
