/** Three retries, its default, with the exponential delay that heeds `retry-after`. */
export const axiosRetry = {
  name: 'axios-retry, heeding hints',
  peers: ['axios', 'axios-retry'],
  load: async () => {
    const [{ default: axios }, { default: retry, exponentialDelay }] = [
      await import('axios'),
      await import('axios-retry'),
    ];
    return (world) => {
      const client = axios.create({ adapter: adapterOf(world, axios) });
      retry(client, { retryDelay: exponentialDelay, retryCondition: ({ response }) => response?.status === 429 });
      return { call: (signal) => client.get('http://upstream/', { signal }) };
    };
  },
};

function adapterOf({ exchange }, { AxiosError }) {
  return async (config) => {
    const { status, headers } = await exchange(config.signal);
    const response = { status, headers, data: '', statusText: '', config };
    if (status === 200) return response;
    throw new AxiosError(`HTTP ${status}`, AxiosError.ERR_BAD_REQUEST, config, null, response);
  };
}
