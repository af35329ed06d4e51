import { randomUUID } from 'node:crypto';
import { publicBaseUrl } from './receiver.mjs';
import { lowerCased, rowOf, sampleOf } from './senders/rows.mjs';

/** A sender in one direction, as a source of its own: signed by its SDK, or by the receiver's tools. */
export class Exchange {
  #signer;
  #bySdk;

  constructor(sender, signer, bySdk) {
    const title = sender.title ? `, ${sender.title}` : '';
    this.sender = sender;
    this.row = rowOf(sender.sender);
    this.source = `${sender.sender}${title}-${bySdk ? 'sdk' : 'own'}`.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
    this.url = `${publicBaseUrl}/webhook/${this.source}`;
    this.name = bySdk
      ? `${sender.sender}${title}: signed by ${sender.package}`
      : `${sender.sender}${title}: signed by us, verified by ${sender.package}`;
    this.#signer = signer;
    this.#bySdk = bySdk;
    [this.scheme] = this.row.schemes;
    this.tolerance = this.scheme.timestamp && (this.scheme.timestamp.toleranceSeconds ?? 300);
  }

  newSecret() {
    const make = this.#bySdk ? this.sender.newSdkSecret ?? this.sender.newSecret : this.sender.newSecret;
    return make ? make() : this.#signer.newSecret(this.sender.sender);
  }

  async request(secret, at) {
    const { sender, url } = this;
    const sample = sampleOf(this.row);
    const draft = {
      secret, at, url, id: randomUUID(), query: sample.query,
      headers: { ...sample.headers, ...sender.headers }, body: sender.body?.(this.row.sample.body) ?? sample.body,
    };
    const signed = this.#bySdk ? await sender.sign(draft) : await this.#signer.sign(sender.sender, draft);
    return {
      source: this.source, url, id: draft.id, query: signed.query ?? draft.query, body: signed.body ?? draft.body,
      headers: lowerCased({ ...draft.headers, ...signed.headers }),
    };
  }

  /** Whether the SDK takes the request. */
  async isTaken(request, secret) {
    try {
      const result = await this.sender.verify({ ...request, secret });
      return result !== false && result !== null;
    } catch {
      return false;
    }
  }

  /** Where a digest of the body is signed, that digest is wrong, and the signature of it right. */
  get reasonOfChange() {
    const { proof, digests } = this.scheme;
    return this.sender.changed ?? (digests || proof === 'messageSignature' ? 'SignedDigestMismatch' : 'SignatureMismatch');
  }

  /** What the sender's id of the event must be; undefined where the row finds it elsewhere than in what is signed or in a header. */
  eventId({ id, headers }) {
    const [first] = this.row.event.id;
    return first === undefined ? id : headers[/^\{header:(.*)\}$/.exec(first)?.[1].toLowerCase()];
  }
}
