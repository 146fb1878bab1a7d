import base from './stryker.config.js';
const of = (dir, names) => names.map((n) => `build/standard/${dir}/${n}.spec.js`);
export default {
  ...base,
  mutate: ['lib/call/{stop,scope,open-stream,opener}.ts'],
  mochaOptions: { ...base.mochaOptions, spec: [
    ...of('call', ['stop','scope','open-stream','opening','signals','pipeline']),
    ...of('decorators', ['streams','resolved-streams','stopped-calls','callers-signal']),
    ...of('issues', ['permits-on-every-path','streams-that-come-too-late','consumers-errors-in-streams','calls-within-calls']),
    ...of('policies/time-limit', ['limit']),
  ] },
  concurrency: 2, thresholds: { high: 95, low: 92, break: null }, reporters: ['clear-text'], ignoreStatic: true, clearTextReporter: { logTests: false, allowColor: false },
};
