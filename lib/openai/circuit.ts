import { circuit } from '../runtime/handle.js';

/** The name of the circuit of all services. */
export const OPENAI = 'openai';

/** The circuit that {@link EmbeddingService}, {@link GenerationService} and {@link ResponsesService} share. */
export const openaiCircuit = circuit(OPENAI);
