import { probe } from './probe.js';

void probe().then((said) => console.log(JSON.stringify(said)));
