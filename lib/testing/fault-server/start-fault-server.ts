import type { IncomingMessage, ServerResponse } from 'node:http';
import { readArrival } from './arrival.js';
import { causeFault } from './causes/cause-fault.js';
import { misuse, send } from './causes/send.js';
import { Exchange } from './exchange.js';
import type { FaultServer } from './fault-server.js';
import { amount } from './field-checks.js';
import { Journal } from './journal.js';
import { Listener } from './listener.js';
import type { FaultServerOptions } from './options.js';
import { Script } from './script.js';

/**
 * Starts a {@link FaultServer} on 127.0.0.1.
 *
 * @throws TypeError for an option out of its range. Rejects with the system's error if the port is taken.
 */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const { port = 0, latencyMs = 0, recordLimit = 10_000, keepProcessAlive = false } = options;
  amount('latencyMs', latencyMs);
  amount('recordLimit', recordLimit);
  const journal = new Journal(recordLimit);
  const script = new Script();

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrival = await readArrival(incoming);
    if (arrival === undefined) return;
    const request = journal.record(arrival);
    const exchange = new Exchange(request, incoming, response, journal);
    try {
      request.fault = script.next(request);
      if (await exchange.pause(request.fault.delayMs ?? latencyMs)) await causeFault(exchange, request.fault);
    } catch (error) {
      // The rule threw, or a header is invalid: a mistake in the test, which gets the message.
      if (exchange.started) await exchange.cut('reset');
      else await send(exchange, misuse(String(error)));
    }
  };

  const listener = await Listener.start({
    port,
    keepProcessAlive,
    onRequest: (incoming, response) => void serve(incoming, response),
    beforeEnd: () => journal.breakPending(),
  });

  return {
    baseUrl: `http://127.0.0.1:${listener.port}/v1`,
    port: listener.port,
    requests: journal.requests,
    get count() {
      return journal.count;
    },
    get open() {
      return listener.open;
    },
    script: (...faults) => script.add(faults),
    always: (fault) => script.always(fault),
    refuse: () => listener.refuse(),
    accept: () => listener.accept(),
    received: (count) => journal.received(count),
    settled: () => journal.settled(),
    reset: () => {
      journal.clear();
      script.clear();
    },
    close: () => listener.close(),
  };
}
