import { ai } from './ai.js';
import { grpc } from './grpc.js';
import { services } from './services.js';
import { smtp } from './smtp.js';
import { web } from './web.js';

export const FAMILIES = [web, ai, services, grpc, smtp];
