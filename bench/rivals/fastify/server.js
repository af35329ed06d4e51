// Fastify: verified, parsed, answered. It stores nothing.
import { listen } from '../fastify.js';

await listen();
