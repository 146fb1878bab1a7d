import { web } from './web.js';

export const FAMILIES = [web];
