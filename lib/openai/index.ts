// The public list of `holdfast/openai`.
export type { CallOptions } from './call-options.js';
export { openaiCircuit } from './circuit.js';
export { createClient } from './client.js';
export { EmbeddingService, type EmbeddingServiceOptions } from './embedding-service.js';
export { getFallbackResponse } from './fallback.js';
export { GenerationService, type GenerationServiceOptions } from './generation-service.js';
export { type ResponsesRequest, ResponsesService, type ResponsesServiceOptions } from './responses-service.js';
