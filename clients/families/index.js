import { ai } from './ai.js';
import { services } from './services.js';
import { web } from './web.js';

export const FAMILIES = [web, ai, services];
