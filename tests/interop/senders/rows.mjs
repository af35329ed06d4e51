// The rows of the catalogue, of which the tests take the sample requests and the ages that they allow.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const catalog = resolve(import.meta.dirname, '../../../src/WebhookReceiver.Senders/Catalog');

// Two bytes, three bytes, four bytes a character, and a combining mark that must not be composed.
export const customer = 'Zoë Müller-Łukasz 東京 🚚 e\u0301';

export const rowOf = sender => JSON.parse(readFileSync(resolve(catalog, `${sender}.json`), 'utf8'));

/** The sample of a row, with a member of its own that is hard on encodings; the rest stays byte for byte, big numbers too. */
export function sampleOf(row) {
  const { body, contentType = 'application/json', headers = {}, query = '' } = row.sample;
  const isForm = contentType.startsWith('application/x-www-form-urlencoded');
  return {
    headers: lowerCased({ 'content-type': contentType, ...headers }),
    query,
    body: isForm
      ? `${body}&Customer=${encodeURIComponent(customer)}`
      : body.replace(/\{(\})?/, (_, end = ',') => `{"customer":${JSON.stringify(customer)}${end}`),
  };
}

export const lowerCased = headers => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
