// Fastify in front of pg-boss: the event is a row in PostgreSQL before the answer, and a worker in the same process handles it.
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { listen } from '../fastify.js';

const connectionString = process.env.DATABASE;
const boss = new PgBoss({ connectionString, max: 64, schedule: false });
boss.on('error', error => console.error(error));
await boss.start();
// Without `notify`: a transaction that notifies holds one lock of the whole server until it is on disk, so commits would go one by one.
await boss.createQueue('events');

let handled = 0;
let total = 0;
// Jobs come in batches, and as long as batches are full the next one is fetched without a pause.
await boss.work('events', { batchSize: 500, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 }, async jobs => {
  for (const job of jobs) {
    total += job.data.data.total_amount;
    handled++;
  }
});

const database = new pg.Pool({ connectionString, max: 1 });
const open = `select count(*)::int as open from pgboss.job where name = 'events' and state <> 'completed'`;
await listen(
  event => boss.send('events', event),
  () => handled,
  async () => (await database.query(open)).rows[0].open);
