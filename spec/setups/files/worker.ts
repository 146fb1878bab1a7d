import { probe } from './probe.js';

export default {
  async fetch(): Promise<Response> {
    return Response.json(await probe());
  },
};
