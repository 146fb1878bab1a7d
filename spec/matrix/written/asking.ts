import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { CONTEXT, QUERY } from '../canaries.js';
import { LIMIT_MS, type Upload, type WrittenMethod } from '../row.js';
import type { UploadBody, WrittenService } from './service.js';

const PASSAGES = CONTEXT.map((passage, i) => `[${i + 1}] ${passage}`);

/** The request that the fault server answers, as text. */
const QUESTION = JSON.stringify({
  model: 'gpt-4o-mini',
  messages: [
    { role: 'system', content: ['Answer from the context only.', ...PASSAGES].join('\n') },
    { role: 'user', content: QUERY },
  ],
});

/** Calls a method of the service that is written by hand, and puts away what it was given. */
export async function askWritten(
  service: WrittenService,
  method: WrittenMethod,
  { signal, upload = 'a string' }: { readonly signal: AbortSignal; readonly upload?: Upload | undefined },
): Promise<string | Response> {
  const { body, putAway } = BODIES[upload]();
  try {
    switch (method) {
      case 'askInTime':
      case 'askWithTimeout':
        return await service[method](QUESTION, { signal, limitMs: LIMIT_MS });
      case 'upload':
        return await service.upload(body, { signal });
      case 'uploadWithin':
        return await service.uploadWithin({ body, signal });
      case 'respond':
        return await service.respond(QUESTION, { signal });
      default:
        throw new RangeError(`no method ${String(method satisfies never)}`);
    }
  } finally {
    putAway?.();
  }
}

interface Made {
  readonly body: UploadBody;
  readonly putAway?: () => void;
}

const BODIES: Readonly<Record<Upload, () => Made>> = {
  'a string': () => ({ body: QUESTION }),
  'a Buffer': () => ({ body: Buffer.from(QUESTION) }),
  'a Blob': () => ({ body: new Blob([QUESTION]) }),
  'a FormData': () => {
    const form = new FormData();
    form.append('question', QUESTION);
    return { body: form };
  },
  'fs.createReadStream': fileStream,
  'a PassThrough': () => ({ body: Readable.from([QUESTION]).pipe(new PassThrough()) }),
  'a web stream': () => ({ body: webStream() }),
  "a Response's body": () => ({ body: new Response(QUESTION).body ?? QUESTION }),
  'an async generator': () => ({ body: parts() as unknown as UploadBody }),
};

function fileStream(): Made {
  const folder = mkdtempSync(join(tmpdir(), 'upload-'));
  const file = join(folder, 'question.json');
  writeFileSync(file, QUESTION);
  const body = createReadStream(file);
  const putAway = (): void => {
    body.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  return { body, putAway };
}

function webStream(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(QUESTION));
      controller.close();
    },
  });
}

async function* parts(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(QUESTION);
}
