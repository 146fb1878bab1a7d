import { type Answer, jsonAnswer } from './answer.js';

const MODELS = ['gpt-4o-mini', 'gpt-4.1-mini', 'text-embedding-3-small', 'text-embedding-3-large'];

/** When the list was made, in Unix seconds: a fixed date keeps the answer the same. */
const CREATED = 1_735_689_600;

export function answerModels(): Answer {
  const data = MODELS.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'holdfast' }));
  return jsonAnswer(200, { object: 'list', data });
}
