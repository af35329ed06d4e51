// Fastify in front of graphile-worker: the event is a row in PostgreSQL before the answer, and a worker in the same process handles it.
import { Logger, run } from 'graphile-worker';
import pg from 'pg';
import { listen } from '../fastify.js';

let handled = 0;
let total = 0;
const runner = await run({
  preset: {
    worker: {
      connectionString: process.env.DATABASE,
      // The settings that its own page on performance measures with.
      concurrentJobs: 24,
      maxPoolSize: 25,
      localQueue: { size: 500 },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
      logger: new Logger(() => (level, message) => level === 'error' && console.error(message)),
    },
  },
  taskList: {
    event: event => {
      total += event.data.total_amount;
      handled++;
    },
  },
});

const database = new pg.Pool({ connectionString: process.env.DATABASE, max: 1 });
await listen(
  event => runner.addJob('event', event),
  () => handled,
  // A job that was completed is deleted: what is left is open.
  async () => (await database.query('select count(*)::int as open from graphile_worker.jobs')).rows[0].open);
