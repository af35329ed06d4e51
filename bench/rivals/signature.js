// What every receiver on Node here does first: HMAC-SHA-256 over the raw bytes, compared in constant time.
import { createHmac, timingSafeEqual } from 'node:crypto';

const prefix = 'sha256=';
const key = process.env.SECRET;

export function isVerified(header, body) {
  if (!header?.startsWith(prefix)) {
    return false;
  }
  const claimed = Buffer.from(header.slice(prefix.length), 'hex');
  const expected = createHmac('sha256', key).update(body).digest();
  return claimed.length === expected.length && timingSafeEqual(claimed, expected);
}
