// Compiled, never run: what the entry points are given and give fits the types of the frameworks and clients.
import type { Server } from 'node:http';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { generateText } from 'ai';
import { generateText as generateText5 } from 'ai-5';
import { createOpenAI as createOpenAI2 } from 'ai-sdk-openai-2';
import axios from 'axios';
import express, { type ErrorRequestHandler } from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import OpenAI from 'openai';
import OpenAI7 from 'openai-7';
import { Agent } from 'undici';
import { resilientModel } from '#lib/ai/index.js';
import { axiosAdapter } from '#lib/fetch/axios.js';
import { resilientFetch } from '#lib/fetch/index.js';
import { undiciInterceptor } from '#lib/fetch/undici.js';
import { expressErrors, fastifyErrors, honoErrors } from '#lib/http/index.js';

export const handler: ErrorRequestHandler = expressErrors();
export const server: Server = express()
  .use(expressErrors({ upstream: false }))
  .listen();
export const fastify = Fastify().setErrorHandler(fastifyErrors());
export const hono = new Hono().onError(honoErrors());

export const protectedFetch: typeof fetch = resilientFetch({ per: ({ url }) => url });
// @ts-expect-error `circuit` and `key` are the client's own
resilientFetch({ circuitOptions: { key: () => 'a' } });
// @ts-expect-error a fallback answers with a Response
resilientFetch({ circuitOptions: { fallback: () => 'text' } });
// @ts-expect-error an interceptor has no fallback
undiciInterceptor({ circuitOptions: { fallback: () => undefined } });
// @ts-expect-error a duration has a unit
resilientFetch({ timeLimit: 200 });

export const clients = [
  new OpenAI({ fetch: protectedFetch }),
  new OpenAI7({ fetch: protectedFetch }),
  new Anthropic({ fetch: protectedFetch }),
  axios.create({ adapter: axiosAdapter({ per: 'origin' }) }),
  new Agent().compose(undiciInterceptor({ retry: { maxAttempts: 2 } })),
];

/** The model has the type of those it is made of, so that each major version takes its own. */
export async function generate(): Promise<void> {
  const [first, second] = [createOpenAI().chat('a'), createAnthropic()('b')];
  await generateText({ model: resilientModel(first, { timeLimit: '20s' }), prompt: 'why?' });
  await generateText({ model: resilientModel([first, second], { fallbackOn: 'open' }), prompt: 'why?' });
  await generateText5({ model: resilientModel(createOpenAI2().chat('a')), prompt: 'why?' });
  // @ts-expect-error an id is not a model
  resilientModel('openai/gpt-5');
  // @ts-expect-error models of two specifications do not stand in one list
  await generateText5({ model: resilientModel([first, createOpenAI2().chat('a')]), prompt: 'why?' });
}
