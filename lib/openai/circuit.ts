import { circuit } from '../runtime/handle.js';

/** The name that both services give their circuit. */
export const OPENAI = 'openai';

/** The circuit that {@link EmbeddingService} and {@link GenerationService} share. */
export const openaiCircuit = circuit(OPENAI);
