import { type Answer, jsonAnswer } from './answer.js';

const MODELS = ['gpt-4o-mini', 'gpt-4.1-mini', 'text-embedding-3-small', 'text-embedding-3-large'];

/** The creation date of the models, in Unix seconds. Fixed, so that the answer is always the same. */
const CREATED = 1_735_689_600;

export function answerModels(): Answer {
  const data = MODELS.map((id) => ({ id, object: 'model', created: CREATED, owned_by: 'holdfast' }));
  return jsonAnswer(200, { object: 'list', data });
}
