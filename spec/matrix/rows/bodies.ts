import { canary } from '../canaries.js';
import { type Group, limits, malformed, network, recovered, timeout } from '../row.js';

const WHOLE = ['embedText', 'generateAnswer'] as const;
const CHAT = ['generateAnswer'] as const;
const EMBED = ['embedText'] as const;
const BROKEN = `{"choices": [${canary('text')}`;

export const bodies: Group = {
  title: 'Bodies',
  rows: [
    {
      fault: 'reset inside the body',
      always: { type: 'body-cut', by: 'reset' },
      methods: WHOLE,
      quick: true,
      expected: network('TypeError'),
    },
    {
      fault: 'closed inside the body',
      always: { type: 'body-cut', by: 'fin' },
      methods: WHOLE,
      expected: network('TypeError'),
    },
    {
      fault: 'closed inside a chunked body',
      always: { type: 'body-cut', by: 'fin', framing: 'chunked' },
      methods: WHOLE,
      expected: network('TypeError'),
    },
    {
      fault: 'a body whose end is that of the connection, cut short',
      always: { type: 'body-cut', by: 'fin', framing: 'close' },
      methods: WHOLE,
      expected: malformed('SyntaxError'),
    },
    {
      fault: 'a body that stalls',
      always: 'body-stall',
      methods: WHOLE,
      hurried: true,
      expected: timeout(),
    },
    {
      fault: 'a body that drips for too long',
      always: { type: 'body-drip', everyMs: 20 },
      hurried: true,
      expected: timeout(),
    },
    {
      fault: "an error's body that stalls",
      always: { type: 'body-stall', status: 500 },
      hurried: true,
      expected: timeout(),
    },
    {
      fault: 'invalid JSON',
      always: { type: 'malformed-json', text: BROKEN },
      quick: true,
      expected: malformed('SyntaxError'),
    },
    {
      fault: '200 with a page of HTML',
      always: { type: 'html', text: `<html>${canary('page')}</html>` },
      quick: true,
      expected: malformed(),
    },
    { fault: '200 without a body', always: 'empty', expected: malformed() },
    {
      fault: '200 whose JSON is an error',
      always: { type: 'error-body', message: canary('message'), code: canary('code') },
      expected: malformed(),
    },
    {
      fault: '200 without a choice',
      always: { type: 'malformed-json', text: '{"choices":[]}' },
      methods: CHAT,
      expected: malformed(),
    },
    { fault: 'a vector of the wrong length', always: 'vector-length', methods: EMBED, expected: malformed() },
    { fault: 'a vector with NaN in it', always: 'vector-value', methods: EMBED, quick: true, expected: malformed() },
    {
      fault: 'a vector with Infinity in it',
      always: { type: 'vector-value', value: 'infinity' },
      methods: EMBED,
      expected: malformed(),
    },
    { fault: 'a vector that is missing', always: 'vector-missing', methods: EMBED, expected: malformed() },
    {
      fault: 'reset inside the body once',
      first: ['body-cut'],
      methods: WHOLE,
      expected: recovered('network'),
    },
    {
      fault: "an error's body that stalls once",
      first: [{ type: 'body-stall', status: 503 }],
      methods: WHOLE,
      hurried: true,
      expected: recovered('timeout', limits(1)),
    },
  ],
};
