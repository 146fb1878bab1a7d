import { limitedRequest } from '../request.js';

export const unprotected = {
  name: 'none',
  load: async () => (world) => ({ call: () => limitedRequest(world) }),
};
