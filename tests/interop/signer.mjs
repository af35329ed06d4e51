// The receiver's own signing, as a process beside the tests: a line of JSON in, a line of JSON out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { lowerCased } from './senders/rows.mjs';

const signerDll = resolve(import.meta.dirname, '../WebhookReceiver.InteropSigner/bin/Release/net10.0/WebhookReceiver.InteropSigner.dll');

export class Signer {
  #process = spawn('dotnet', [signerDll], { stdio: ['pipe', 'pipe', 'inherit'] });
  #lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();

  /** A secret, or the public half of a key pair, such as the sender would issue. */
  async newSecret(sender) {
    return (await this.#ask({ sender })).secret;
  }

  async sign(sender, { secret, at, id, url, headers, body }) {
    const signed = await this.#ask({
      sender, secret, at, id, url, contentType: headers['content-type'], body: Buffer.from(body).toString('base64'),
    });
    return { headers: lowerCased(signed.headers), query: signed.query, body: Buffer.from(signed.body, 'base64').toString() };
  }

  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }

  async #ask(request) {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) {
      throw new Error('The signer has ended.');
    }

    return JSON.parse(value);
  }
}
