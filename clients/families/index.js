import { ai } from './ai.js';
import { grpc } from './grpc.js';
import { kafka } from './kafka.js';
import { mongo } from './mongo.js';
import { prisma } from './prisma.js';
import { redis } from './redis.js';
import { services } from './services.js';
import { smtp } from './smtp.js';
import { sqlClients } from './sql.js';
import { web } from './web.js';

export const FAMILIES = [web, ai, services, grpc, smtp, sqlClients, redis, mongo, kafka, prisma];
