/** Names in the documentation that are not holdfast's, with whose they are. */
const BY_OWNER: Readonly<Record<string, readonly string[]>> = {
  'the AI SDK': ['abortSignal', 'generateObject', 'openai.chat', 'streamText'],
  'the openai SDK': ['logLevel'],
  TypeScript: ['emitDecoratorMetadata', 'experimentalDecorators', 'isolatedModules'],
  'fetch and the web': ['AbortError', 'SyntaxError', 'TimeoutError', 'authorization', 'duplex'],
  'clients whose errors are read': ['APIUserAbortError', 'AxiosError', 'originalCode', 'retryDelay', 'throwOnError'],
  'clients of Redis': ['keyPrefix', 'protocol'],
  bunyan: ['addStream'],
  NestJS: ['Catch', 'LoggerService', 'overrideProvider'],
  'the names of files': ['resilience.json'],
};

export const OTHERS: ReadonlySet<string> = new Set(Object.values(BY_OWNER).flat());
