import resolve from '@rollup/plugin-node-resolve';
import commonjs from '@rollup/plugin-commonjs';

export default {
  input: 'out/main.js',
  output: { file: '../alone/main.mjs', format: 'es' },
  plugins: [resolve({ preferBuiltins: true }), commonjs()],
};
