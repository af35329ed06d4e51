// The senders, each with the signing function of its own SDK. Nothing here computes a signature.
import { randomBytes, randomUUID } from 'node:crypto';
import { sign as signForGitHub } from '@octokit/webhooks-methods';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { Webhook as SvixWebhook } from 'svix';

const seconds = date => Math.floor(date.getTime() / 1000);
const whsec = () => `whsec_${randomBytes(24).toString('base64')}`;

// Two bytes, three bytes, four bytes a character, and a combining mark that must not be composed.
const customer = 'Zoë Müller-Łukasz 東京 🚚 e\u0301';

export const senders = [
  {
    name: 'standardwebhooks',
    source: 'default',
    sender: 'standard-webhooks',
    newSecret: whsec,
    signsTime: true,
    async request(secret, at) {
      const id = `msg_${randomUUID()}`;
      const body = JSON.stringify({ type: 'new_order', data: { order_id: 'A-1001', customer_name: customer, total_amount: 12.5 } });
      return {
        path: '/webhook',
        eventId: id,
        type: 'new_order',
        body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': `${seconds(at)}`,
          'webhook-signature': new StandardWebhook(secret).sign(id, at, body),
        },
      };
    },
  },
  {
    name: 'svix',
    source: 'svix',
    sender: 'svix',
    newSecret: whsec,
    signsTime: true,
    async request(secret, at) {
      const id = `msg_${randomUUID()}`;
      const body = JSON.stringify({ type: 'invoice.paid', data: { invoice_id: 'inv_1001', customer } });
      return {
        path: '/webhook/svix',
        eventId: id,
        type: 'invoice.paid',
        body,
        headers: {
          'content-type': 'application/json',
          'svix-id': id,
          'svix-timestamp': `${seconds(at)}`,
          'svix-signature': new SvixWebhook(secret).sign(id, at, body),
        },
      };
    },
  },
  {
    name: 'stripe',
    source: 'stripe',
    sender: 'stripe',
    newSecret: () => `whsec_${randomBytes(32).toString('hex')}`,
    signsTime: true,
    async request(secret, at) {
      const id = `evt_${randomBytes(12).toString('hex')}`;
      const body = JSON.stringify({
        id, object: 'event', created: seconds(at), livemode: false, type: 'invoice.paid',
        data: { object: { id: 'in_1001', object: 'invoice', customer_name: customer, amount_paid: 12990 } },
      }, null, 2);
      return {
        path: '/webhook/stripe',
        eventId: id,
        type: 'invoice.paid',
        body,
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp: seconds(at) }),
        },
      };
    },
  },
  {
    name: '@octokit/webhooks-methods',
    source: 'github',
    sender: 'github',
    newSecret: () => randomBytes(32).toString('hex'),
    signsTime: false,
    async request(secret) {
      const id = randomUUID();
      const body = JSON.stringify({ action: 'opened', issue: { number: 42, title: customer }, sender: { login: 'octocat' } });
      return {
        path: '/webhook/github',
        eventId: id,
        type: 'issues.opened',
        body,
        headers: {
          'content-type': 'application/json',
          'x-github-event': 'issues',
          'x-github-delivery': id,
          'x-hub-signature-256': await signForGitHub(secret, body),
        },
      };
    },
  },
];
