// Forged twins of a genuine request.
import assert from 'node:assert/strict';

const timePlace = /^\{(header|parameter):(.*)\}$/;

/** Whether the time stands by itself: not within a body or a token, where a change of it is one of those. */
export const standsAlone = timestamp => timePlace.test(timestamp?.value);

/** One bit of one byte: the last letter of the customer's name, so that the JSON stays valid. */
export function withOneBitChanged(request) {
  const bytes = Buffer.from(request.body);
  bytes[bytes.indexOf('ller') + 'ller'.length - 1] ^= 0x01;
  const body = bytes.toString();
  assert.notEqual(body, request.body);
  return { ...request, body };
}

/** One character of the signature, far enough from its end for every bit of it to count. */
export function withSignatureChanged(request, { signature: { header, pointer } }) {
  const changed = text => text.slice(0, -20) + (text.at(-20) === '0' ? '1' : '0') + text.slice(-19);
  if (header) {
    const name = header.toLowerCase();
    return { ...request, headers: { ...request.headers, [name]: changed(request.headers[name]) } };
  }

  const value = pointer.slice(1).split('/').reduce((node, member) => node[member], JSON.parse(request.body));
  return { ...request, body: request.body.replace(value, changed(value)) };
}

/** The time, where it stands by itself, in a header or in that of the signature; its last digit is another one. */
export function withTimeMoved(request, { signature, timestamp: { value } }) {
  const [, kind, part] = timePlace.exec(value);
  const name = (kind === 'header' ? part : signature.header).toLowerCase();
  const pattern = kind === 'header' ? /^.*$/ : new RegExp(`(?<=\\b${part}=)\\w+`);
  const moved = request.headers[name].replace(pattern, text => text.replace(/\d(?=\D*$)/, digit => (Number(digit) + 1) % 10));
  assert.notEqual(moved, request.headers[name]);
  return { ...request, headers: { ...request.headers, [name]: moved } };
}
