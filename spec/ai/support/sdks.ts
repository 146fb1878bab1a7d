import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import * as anthropic3 from '@ai-sdk/anthropic';
import * as openai3 from '@ai-sdk/openai';
import * as ai6 from 'ai';
import * as ai5 from 'ai-5';
import * as anthropic2 from 'ai-sdk-anthropic-2';
import * as openai2 from 'ai-sdk-openai-2';

type Model = ReturnType<ReturnType<typeof openai3.createOpenAI>['chat']>;

/** One major version of the AI SDK and of its providers. */
export interface Sdk {
  readonly name: string;
  readonly ai: Pick<
    typeof ai6,
    'generateText' | 'generateObject' | 'streamText' | 'streamObject' | 'tool' | 'stepCountIs'
  >;
  /** OpenAI's chat completions. */
  readonly chat: (url: string, id?: string) => Model;
  /** OpenAI's responses. */
  readonly responses: (url: string, id?: string) => Model;
  readonly anthropic: (url: string, id?: string) => Model;
}

const KEY = { apiKey: 'none' };
/** One that the SDK knows, so that it warns of nothing. */
const CLAUDE = 'claude-sonnet-4-5';

/** AI SDK 7 needs Node 22: scripts/ai-7.js installs it in a folder of its own, and says here in which. */
async function ai7(): Promise<Sdk[]> {
  const { AI_7: folder } = process.env;
  if (folder === undefined) return [];
  const { resolve } = createRequire(`${folder}/package.json`);
  const load = (name: string): Promise<object> => import(pathToFileURL(resolve(name)).href) as Promise<object>;
  const [ai, openai, anthropic] = await Promise.all(['ai', '@ai-sdk/openai', '@ai-sdk/anthropic'].map(load));
  const { createOpenAI } = openai as typeof openai3;
  const { createAnthropic } = anthropic as typeof anthropic3;
  return [
    {
      name: 'ai 7',
      ai: ai as typeof ai6,
      chat: (baseURL, id = 'gpt') => createOpenAI({ ...KEY, baseURL }).chat(id),
      responses: (baseURL, id = 'gpt') => createOpenAI({ ...KEY, baseURL }).responses(id),
      anthropic: (baseURL, id = CLAUDE) => createAnthropic({ ...KEY, baseURL })(id),
    },
  ];
}

export const SDKS: readonly Sdk[] = [
  ...(await ai7()),
  {
    name: 'ai 6',
    ai: ai6,
    chat: (baseURL, id = 'gpt') => openai3.createOpenAI({ ...KEY, baseURL }).chat(id),
    responses: (baseURL, id = 'gpt') => openai3.createOpenAI({ ...KEY, baseURL }).responses(id),
    anthropic: (baseURL, id = CLAUDE) => anthropic3.createAnthropic({ ...KEY, baseURL })(id),
  },
  {
    name: 'ai 5',
    // The types of the two majors differ to the compiler; what is called here is the same.
    ai: ai5 as object as typeof ai6,
    chat: (baseURL, id = 'gpt') => openai2.createOpenAI({ ...KEY, baseURL }).chat(id) as object as Model,
    responses: (baseURL, id = 'gpt') => openai2.createOpenAI({ ...KEY, baseURL }).responses(id) as object as Model,
    anthropic: (baseURL, id = CLAUDE) => anthropic2.createAnthropic({ ...KEY, baseURL })(id) as object as Model,
  },
];
