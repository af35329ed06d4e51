// The senders, each with the functions of its own SDK. Nothing here computes a signature.
//
//   sender    a row of the catalogue; `title` tells two of one row apart
//   package   where the functions come from
//   sign      ({ secret, at, id, url, query, headers, body }) → { headers?, body?, query? }: what the SDK adds to the request; absent
//             where it cannot sign
//   verify    ({ secret, url, query, headers, body }) → whether the SDK takes the request; it may throw where it does not. Header names
//             are in lower case
//   ignores   what the SDK's verification does not look at: 'time', 'body'
//   body      (sample's body) → the body, where a change of what the tests add to it would not be one of what is signed
//   changed   the receiver's reason to refuse a changed body, where it is not what the row's first scheme has it be
//   newSecret → a secret such as the sender would issue, where it is not the one that the receiver's own tools make
//   newSdkSecret → the same for what the SDK signs, where it signs with a private key
//   onlySdk   the receiver's tools sign another form of this sender's requests
import { generic } from './generic.mjs';
import { messaging } from './messaging.mjs';
import { payments } from './payments.mjs';
import { platforms } from './platforms.mjs';

export const senders = [...generic, ...payments, ...messaging, ...platforms];
