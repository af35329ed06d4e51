// The real host as a process of its own: configured by environment variables alone, as a container is.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export const publicBaseUrl = 'https://hooks.example.com';
const hostDll = process.env.WEBHOOK_RECEIVER_DLL
  ?? resolve(import.meta.dirname, '../../src/WebhookReceiver.Host/bin/Release/net10.0/WebhookReceiver.Host.dll');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class Receiver {
  #process;
  #directory;
  #token = randomBytes(32).toString('hex');
  #output = '';

  /** @param sources an object of source name → { sender, secret } */
  static async start(sources) {
    const receiver = new Receiver();
    await receiver.#start(sources);
    return receiver;
  }

  async #start(sources) {
    this.#directory = await mkdtemp(join(tmpdir(), 'webhook-receiver-interop-'));
    const [publicPort, managementPort] = [await freePort(), await freePort()];
    this.url = `http://127.0.0.1:${publicPort}`;
    this.managementUrl = `http://127.0.0.1:${managementPort}`;
    const environment = {
      ...process.env,
      DOTNET_ENVIRONMENT: 'Production',
      ASPNETCORE_ENVIRONMENT: 'Production',
      ASPNETCORE_URLS: this.url,
      WebhookReceiver__RequireHttps: 'false',
      WebhookReceiver__PublicBaseUrl: publicBaseUrl,
      WebhookReceiver__Management__Url: this.managementUrl,
      WebhookReceiver__Management__Token: this.#token,
      WebhookReceiver__Inbox__ConnectionString: `Data Source=${join(this.#directory, 'inbox.db')}`,
      WebhookReceiver__Dispatch__DrainDelay: '00:00:00',
    };
    for (const [name, { sender, secret }] of Object.entries(sources)) {
      environment[`WebhookReceiver__Sources__${name}__Sender`] = sender;
      environment[`WebhookReceiver__Sources__${name}__Secrets__0`] = secret;
    }

    this.#process = spawn('dotnet', [hostDll], { cwd: this.#directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stdout.on('data', chunk => { this.#output += chunk; });
    this.#process.stderr.on('data', chunk => { this.#output += chunk; });
    await this.#untilReady();
  }

  async #untilReady() {
    const end = Date.now() + 60_000;
    while (Date.now() < end) {
      if (this.#process.exitCode !== null) {
        throw new Error(`The host ended with ${this.#process.exitCode}:\n${this.#output}`);
      }

      const ready = await fetch(`${this.managementUrl}/readyz`).then(answer => answer.ok, () => false);
      if (ready) {
        return;
      }

      await delay(100);
    }

    throw new Error(`The host was not ready within a minute:\n${this.#output}`);
  }

  /** Sends a request as it is: the body's bytes are the ones that were signed. */
  async send({ source, query, headers, body }) {
    const answer = await fetch(`${this.url}/webhook/${source}${query ? `?${query}` : ''}`, { method: 'POST', headers, body });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, json: isJson ? JSON.parse(text) : undefined };
  }

  async manage(path) {
    const answer = await fetch(`${this.managementUrl}/api/v1/${path}`, { headers: { authorization: `Bearer ${this.#token}` } });
    if (!answer.ok) {
      throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    }

    return answer;
  }

  /** @returns the process's exit code and what it wrote */
  async stop() {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }

    await rm(this.#directory, { recursive: true, force: true });
    return { exitCode: this.#process.exitCode, output: this.#output };
  }
}
