import { circuit } from '../runtime/handle.js';

/** The name that all services give their circuit. */
export const OPENAI = 'openai';

/** The circuit that {@link EmbeddingService}, {@link GenerationService} and {@link ResponsesService} share. */
export const openaiCircuit = circuit(OPENAI);
