import { transformSync } from 'esbuild';
import { defineConfig } from 'vitest/config';

// vite 8 hands standard decorators on as they are, and no engine knows them yet.
const decorators = {
  name: 'standard-decorators',
  enforce: 'pre' as const,
  transform: (code: string, id: string) =>
    /\.tsx?$/.test(id) ? transformSync(code, { loader: 'ts', target: 'es2022', sourcemap: true }) : null,
};

export default defineConfig({ plugins: [decorators] });
